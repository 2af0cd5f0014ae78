export default function JudgesPlace() {
  return null
}
