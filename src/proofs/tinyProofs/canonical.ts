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
    if (f.kind === 'not') return `!${paint(f.inner)}`
    return `(${paint(f.left)} ${f.kind} ${paint(f.right)})`
  }
  const formulas: [Formula, string][] = [...premises.map((f): [Formula, string] => [f, 'premise']), [goal, 'goal']]
  for (let round = 0; round < 4; round++) {
    const seen = new Map<string, string[]>()
    for (const [formula, role] of formulas) {
      const whole = paint(formula)
      visit(formula, '', (name, path) => seen.set(name, [...(seen.get(name) ?? []), `${role}|${whole}|${path}`]))
    }
    colour = new Map([...seen].map(([name, places]) => [name, hashOf(places.sort().join(';'))]))
  }
  return `${premises.map(paint).sort().join(',')}=>${paint(goal)}`
}

function visit(f: Formula | Term, path: string, at: (name: string, path: string) => void): void {
  if (f.kind === 'atom' || f.kind === 'constant') at(f.name, path)
  else if (f.kind === 'apply') {
    at(f.name, `${path}f`)
    visit(f.argument, `${path}a`, at)
  } else if (f.kind === 'not') visit(f.inner, `${path}n`, at)
  else {
    visit(f.left, `${path}l`, at)
    visit(f.right, `${path}r`, at)
  }
}

/** A 32-bit hash of a text. */
export function hashOf(text: string): number {
  let h = text.length
  for (let i = 0; i < text.length; i++) h = mix32(h ^ text.charCodeAt(i))
  return h
}

export type Side = 'train' | 'validation' | 'heldOut'

/**
 * The side of a split that a problem belongs to, decided by its canonical form alone: one form in five is held out, one
 * in ten is for choosing settings, and neither is ever trained on.
 */
export function sideOf(statement: TinyStatement): Side {
  const h = hashOf(canonicalForm(statement))
  return h % 5 === 0 ? 'heldOut' : h % 10 === 1 ? 'validation' : 'train'
}
