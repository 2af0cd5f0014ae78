import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { rlFile, sftFile } from '../../e2e/datasetFiles'
import { sentence } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import { writeCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { adapterLayout, initialAdapter } from '../../src/engine/fused/loraLayout'
import { initialParameters } from '../../src/engine/model/parameters'
import type { ByteSource } from '../../src/engine/pretrained/byteSource'
import { PROJECTIONS, readAdapter } from '../../src/engine/pretrained/lora'
import { checkModel } from '../../src/engine/pretrained/modelFolder'
import { PRESETS } from '../../src/posttrain/presets'
import type { Rollout, RunRecord } from '../../src/posttrain/runRecords'
import { changeDataset } from '../../src/storage/changeDataset'
import { DatasetReader, type DatasetHome } from '../../src/storage/datasets'
import { importDataset } from '../../src/storage/importDataset'
import { memoryDatabase } from '../../src/storage/memoryDatabase'
import { openRunStore } from '../../src/storage/runs'
import { memoryShards } from '../../src/storage/shards'
import { memorySink, writeZip } from '../../src/storage/zipFile'
import { handoffFiles } from './handoff'

const { model } = PRESETS.micro!
const record: RunRecord = {
  schema: 1, id: 'r', name: 'Kestrel', sftDatasetId: 'sft', sftDatasetName: 'SFT', rlDatasetId: 'rl', rlDatasetName: 'RL', heldOutDatasetId: null,
  preset: 'micro', seed: 3, status: 'finished', reason: null, backend: 'wasm', adapter: 'cpu', parameters: 9, step: 270, totalSteps: 270, sftSteps: 240, checkpointStep: 270, createdAt: 1, updatedAt: 2,
  evaluations: [{ label: 'rl', step: 270, problems: 1, reward: 1, successRate: 1, finishRate: 1, meanLength: 3, lengths: [3] }],
}
const rollout: Rollout = {
  group: 0, index: 0, problem: 'Assume $p$. Prove $p$.', rubric: '', completion: 'so $p$.\n</think>\nQed.', reasoning: 'so $p$.', proof: 'Qed.', tokens: 9, isTruncated: false, score: 7, cause: null, marks: [], advantage: 0.25, logprob: -1.5,
}

async function sources(over: Partial<Checkpoint> = {}) {
  const datasets: DatasetHome = { database: memoryDatabase(), shards: memoryShards() }
  for (const [id, { name, buffer }] of [['sft', sftFile()], ['rl', rlFile()]] as const) {
    const stored = await importDataset(datasets, [new File([new Uint8Array(buffer)], name)], { id, name, origin: 'file', now: 1, onProgress: () => {}, stop: neverStop })
    if (!stored.ok) throw new Error(sentence(stored))
  }
  const runs = openRunStore(memoryDatabase())
  const parameters = over.parameters ?? initialParameters(model, 3)
  const zeros = new Float32Array(parameters.length)
  const checkpoint = writeCheckpoint({ config: model, stage: 'grpo', step: 270, seed: 3, t: 30, m: zeros, v: zeros, parameters, ...over })
  await runs.commit(record, {
    metrics: [{ step: 241, stage: 'grpo', values: { reward: 0.5, loss: 2 } }], checkpoint,
    rollouts: [241, 242].map((step) => ({ step, rollouts: [rollout, { ...rollout, index: 1, score: null, cause: 'timeout' as const, advantage: null }] })),
    evaluations: [{ label: 'rl', step: 270, rollouts: [{ ...rollout, advantage: null }] }],
  })
  return { datasets, runs }
}

/** The files of the zip, read back from it. */
async function exported(from: Awaited<ReturnType<typeof sources>>): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = await handoffFiles(from, 'r', neverStop)
  if (!files.ok) throw new Error(sentence(files))
  const zip = await writeZip(files.value.files, memorySink(), new Date('2026-01-02T03:04:06Z'), () => {}, neverStop)
  const found = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const entry of await new ZipReader(new BlobReader(zip!)).getEntries())
    found.set(entry.filename, new Uint8Array(await (entry as { getData(w: Uint8ArrayWriter, o: object): Promise<Uint8Array> }).getData(new Uint8ArrayWriter(), { checkSignature: true })))
  return found
}
const text = (files: Map<string, Uint8Array>, name: string) => new TextDecoder().decode(files.get(name))
const rows = (files: Map<string, Uint8Array<ArrayBuffer>>, name: string) => parquetReadObjects({ file: files.get(name)!.buffer })
const source = (bytes: Uint8Array<ArrayBuffer>): ByteSource => ({ size: bytes.length, slice: (from, to) => Promise.resolve(bytes.slice(from, to).buffer) })
const folder = (files: Map<string, Uint8Array<ArrayBuffer>>) => new Map([...files].filter(([name]) => name.startsWith('model/')).map(([name, bytes]) => [name.slice(6), source(bytes)]))

describe('a run as a zip for a cluster', () => {
  test('holds the model, its datasets in the published schemas, configurations, and every logged step', async () => {
    const files = await exported(await sources())
    expect([...files.keys()]).toEqual(expect.arrayContaining(['README.md', 'DEPARTURES.md', 'configs/trl_grpo.yaml', 'configs/qed_nano_lab.yaml', 'train_grpo.py', 'model/model.safetensors', 'model/tokenizer.json', 'evaluations/rl.jsonl', 'rollouts/tables.jsonl', 'run.json']))
    const checked = await checkModel(folder(files))
    expect(checked.ok && checked.value.placed.length).toBeGreaterThan(10)
    expect(Object.keys((await rows(files, 'data/sft.parquet'))[0]!)).toEqual(['problem', 'reasoning_content', 'proof', 'category', 'competition', 'gemini-3-pro-grade', 'source', 'messages'])
    expect(Object.keys((await rows(files, 'data/rl.parquet'))[0]!)).toEqual(expect.arrayContaining(['problem', 'rubrics', 'scores']))
    expect(await rows(files, 'rollouts/completions_00242.parquet')).toEqual([
      { step: 242n, prompt: expect.stringContaining('Assume $p$') as string, completion: rollout.completion, rubric_reward: 1, advantage: 0.25 },
      { step: 242n, prompt: expect.stringContaining('Assume $p$') as string, completion: rollout.completion, rubric_reward: null, advantage: null },
    ])
    expect(text(files, 'rollouts/tables.jsonl').trim().split('\n').map((l) => (JSON.parse(l) as { group_index: number }).group_index)).toEqual([0, 0, 1, 1])
    expect(text(files, 'metrics.csv')).toContain('241,grpo,2,0.5')
    expect(text(files, 'metrics_pipelinerl.csv').split('\r\n')[0]).toBe('run_id,run,step,stage,actor/reward_mean,rl/loss,rl/reward,stats/completed_steps')
    expect(text(files, 'configs/trl_grpo.yaml')).toContain(`max_completion_length: ${PRESETS.micro!.grpo.maxNewTokens}\n`)
    expect(text(files, 'README.md')).toContain('`data/rl.parquet`')
  })

  test('adapters go out as PEFT reads them, without their base', async () => {
    const config = { r: 4, alpha: 8, targets: PROJECTIONS, isRankStabilised: false }
    const files = await exported(await sources({ parameters: initialAdapter(adapterLayout(model, config), 1), adapter: { config, base: 'abc' } }))
    const read = await readAdapter(folder(files), model)
    expect(read.ok && read.value.config).toEqual(config)
    expect(files.has('model/model.safetensors')).toBe(false)
    expect(text(files, 'DEPARTURES.md')).toContain('Merge the adapter')
  })

  test('a dataset that is marked to stay is left out, and the README says so', async () => {
    const from = await sources()
    const changed = await changeDataset(from.datasets, new DatasetReader(from.datasets), 'rl', { flags: ['no_export'] })
    expect(changed.ok).toBe(true)
    const files = await exported(from)
    expect(files.has('data/rl.parquet')).toBe(false)
    expect(text(files, 'README.md')).toMatch(/- left out: .*It is marked to stay in this browser\./)
  })

  test('a run without a checkpoint is refused', async () => {
    expect(await handoffFiles(await sources(), 'other', neverStop)).toMatchObject({ ok: false, kind: 'noCheckpoint' })
  })
})
