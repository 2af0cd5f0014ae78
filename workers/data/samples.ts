/** The bundled datasets: small, real, made and graded by the lab's own checker. Stored once, as a dropped file would be. */
import { fail, type Failure } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import type { DatasetHome } from '../../src/storage/datasets'
import type { Provenance } from '../../src/storage/datasetRecord'
import { importDataset, type ImportFailure } from '../../src/storage/importDataset'

export const SAMPLES = [
  { id: 'sample-tiny-proofs-sft', file: 'tiny-proofs-sft.parquet', name: 'Tiny proofs – SFT (sample)' },
  { id: 'sample-tiny-proofs-rl', file: 'tiny-proofs-rl.parquet', name: 'Tiny proofs – RL (sample)' },
  { id: 'sample-tiny-proofs-heldout', file: 'tiny-proofs-heldout.parquet', name: 'Tiny proofs – RL held-out (sample)' },
] as const

const SAMPLE_PROVENANCE: Provenance = { source: 'bundled with the lab, made by its generator', revision: null, licence: 'Apache-2.0', packing: [] }

/** Stores those samples that are neither there nor removed (`restore`: removed ones too). Null, or why one could not be had. */
export async function storeSamples(home: DatasetHome, baseUrl: string, restore: boolean, now: number): Promise<Failure<ImportFailure> | null> {
  for (const [i, { id, file, name }] of SAMPLES.entries()) {
    if (await home.database.get(['dataset', id])) continue
    if (!restore && (await home.database.get(['sampleRemoved', id]))) continue
    const blob = await download(new URL(`sample/${file}`, baseUrl))
    if (!(blob instanceof Blob)) return blob
    const stored = await importDataset(home, [new File([blob], file)], { id, name, origin: 'sample', now: now + i, provenance: SAMPLE_PROVENANCE, onProgress: () => {}, stop: neverStop })
    if (!stored.ok) return stored
    await home.database.write([{ drop: { under: ['sampleRemoved', id] } }])
  }
  return null
}

async function download(url: URL): Promise<Blob | Failure<'unreadable'>> {
  const next = 'Check the connection and press Restore samples.'
  try {
    const reply = await fetch(url)
    return reply.ok ? await reply.blob() : fail('unreadable', `The bundled sample could not be loaded (status ${reply.status}).`, { where: url.pathname, next })
  } catch (error) {
    return fail('unreadable', `The bundled sample could not be loaded: ${error instanceof Error ? error.message : String(error)}.`, { where: url.pathname, next })
  }
}
