/** The lines of a written proof as sentences, each with its full stop, without `Qed`. Whitespace is evened out; nothing is checked. */
export function proofLines(proof: string): string[] {
  return proof.split('.').flatMap((part) => {
    const line = part.replace(/\s+/g, ' ').trim()
    return line === '' || line === 'Qed' ? [] : [`${line}.`]
  })
}
