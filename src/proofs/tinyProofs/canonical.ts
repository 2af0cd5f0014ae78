/** What a problem is apart from its names and the order of its premises. */
import { mix32 } from '../../base/random'
import type { Formula, Term } from './formula'
import type { TinyStatement } from './problem'

/**
 * A text that is the same for problems that differ only in names or in premise order. Names are coloured by where they
 * occur and the colouring is refined four times (Weisfeiler–Leman); two different problems may in rare cases share a
 * form, which makes them fall on the same side of a split and so cannot leak.
 */
export function canonicalForm({ premises, goal }: TinyStatement): string {
  let colour = new Map<string, number>()
  const paint = (f: Formula | Term): string => {
    if (f.kind === 'atom' || f.kind === 'constant') return `${f.kind[0]!}${colour.get(f.name) ?? 0}`
    if (f.kind === 'apply') return `f${colour.get(f.name) ?? 0}(${paint(f.argument)})`
    return `(${paint(f.left)} ${f.kind} ${paint(f.right)})`
  }
  const formulas: [Formula, string][] = [...premises.map((f): [Formula, string] => [f, 'premise']), [goal, 'goal']]
  for (let round = 0; round < 4; round++) {
    const seen = new Map<string, string[]>()
    for (const [formula, role] of formulas) {
      const whole = paint(formula)
      visit(formula, '', (name, path) => seen.set(name, [...(seen.get(name) ?? []), `${role}|${whole}|${path}`]))
    }
    colour = new Map([...seen].map(([name, places]) => [name, hash(places.sort().join(';'))]))
  }
  return `${premises.map(paint).sort().join(',')}=>${paint(goal)}`
}

function visit(f: Formula | Term, path: string, at: (name: string, path: string) => void): void {
  if (f.kind === 'atom' || f.kind === 'constant') at(f.name, path)
  else if (f.kind === 'apply') {
    at(f.name, `${path}f`)
    visit(f.argument, `${path}a`, at)
  } else {
    visit(f.left, `${path}l`, at)
    visit(f.right, `${path}r`, at)
  }
}

function hash(text: string): number {
  let h = text.length
  for (let i = 0; i < text.length; i++) h = mix32(h ^ text.charCodeAt(i))
  return h
}

/** Whether a problem belongs to the held-out side: about one canonical form in five, decided by the form alone. */
export function isHeldOut(statement: TinyStatement): boolean {
  return hash(canonicalForm(statement)) % 5 === 0
}
