export default function RunsPlace() {
  return null
}
