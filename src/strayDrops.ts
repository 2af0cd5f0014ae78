/** A file that is dropped beside a drop zone would open in place of the page, and end a run with it. */
export function ignoreStrayDrops(): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
  window.addEventListener('dragover', (event) => {
    // A zone has said yes by now: its handlers run before the window's.
    if (event.defaultPrevented || !hasFiles(event)) return
    event.preventDefault()
    event.dataTransfer!.dropEffect = 'none'
  })
  window.addEventListener('drop', (event) => hasFiles(event) && event.preventDefault())
}
