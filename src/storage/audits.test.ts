/** Stored audits of every version that was ever written: read as today's, nothing lost, nothing invented. */
import { expect, test } from 'vitest'
import { migratedAudit, type StoredAudit } from './audits'

/** As the first version wrote it. */
const V1 = { schema: 1 as const, id: 'a1', name: 'graded.csv', addedAt: 1_760_000_000_000, file: new Blob(['problem_id,rater,score\n1,human,1\n']) }
/** As this version writes it. */
const V2: StoredAudit = {
  schema: 2, id: 'b2', name: 'QEDBench.zip › grades.csv', addedAt: 1_760_000_000_001, file: V1.file, sha256: 'ab'.repeat(32), flags: ['no_train', 'no_export'],
  mapping: { shape: 'long', problem: 'problem_id', solver: null, domain: null, rubric: null, attempt: null, problemText: null, proofText: null, extras: {}, rater: 'rater', score: 'score', raterKind: null, max: null, run: null, status: null, rationale: null },
}

test('a record of the first version keeps its file; what it did not know is null or empty', async () => {
  const migrated = migratedAudit(V1)
  expect(migrated).toEqual({ ...V1, schema: 2, sha256: null, mapping: null, flags: [] })
  expect(await migrated.file.text()).toBe('problem_id,rater,score\n1,human,1\n')
})

test('a record of this version is left as it is, flags and columns included', () => expect(migratedAudit(V2)).toBe(V2))

test('migrating twice changes nothing more', () => expect(migratedAudit(migratedAudit(V1))).toEqual(migratedAudit(V1)))
