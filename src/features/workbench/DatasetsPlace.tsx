export default function DatasetsPlace() {
  return null
}
