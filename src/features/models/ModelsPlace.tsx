export default function ModelsPlace() {
  return null
}
