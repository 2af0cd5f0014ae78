/** Offers `content` to the researcher as a file, without leaving the page. */
export function saveFile(content: Blob | string, name: string, type = 'text/plain;charset=utf-8'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The click only starts the download; a URL revoked at once can arrive empty.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
