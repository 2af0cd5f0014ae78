import { describe, expect, test } from 'vitest'
import { sentence, type Result } from '../../base/result'
import { neverStop } from '../../base/stop'
import { encode, VOCAB_SIZE } from '../../proofs/tinyProofs/vocabulary'
import { goldenModel } from '../model/goldenModel'
import { initialParameters, parameterLayout } from '../model/parameters'
import { arraySource, type ByteSource } from './byteSource'
import { modelFolder, runFolder, type ExportFile } from './exportFolder'
import { goldenFolder } from './goldenFolder'
import { fileBytes, weightReader } from './loadWeights'
import { mergeAdapter, readAdapter } from './lora'
import { checkFinite, checkModel, chooseFolder, modelFacts } from './modelFolder'
import { f32File } from './safetensorsFixtures'
import { proofRequest, TextCodec } from './text'
import type { PlacedTensor } from './weightFiles'

const { config, parameters } = goldenModel()
function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(sentence(result))
  return result.value
}
const told = (result: Result<unknown>) => (result.ok ? 'accepted' : `${result.kind} ${sentence(result)}`)
const text = (value: unknown): ByteSource => arraySource(new TextEncoder().encode(JSON.stringify(value)))

async function folderOf(files: readonly ExportFile[]): Promise<Map<string, ByteSource>> {
  const folder = new Map<string, ByteSource>()
  for (const file of files) {
    const parts: number[] = []
    for await (const chunk of file.chunks()) for (const byte of chunk) parts.push(byte)
    expect(parts.length, file.name).toBe(file.sizeBytes)
    folder.set(file.name, arraySource(Uint8Array.from(parts)))
  }
  return folder
}
async function flat(placed: readonly PlacedTensor[]): Promise<Float32Array> {
  const last = placed.at(-1)!.slot
  const values = new Float32Array(last.offset + last.size)
  taken(await weightReader(placed, null, () => {})((slot, v, at) => values.set(v, slot.offset + at), neverStop))
  return values
}

describe('the folder among what was dropped', () => {
  const paths = (...all: string[]) => all.map((path) => ({ path, file: path }))
  const chosen = (...all: string[]) => taken(chooseFolder(paths(...all)))

  test('loose files', () => {
    expect(chosen('config.json', 'model.safetensors')).toMatchObject({ kind: 'model', folder: null, ignored: [] })
  })
  test('a folder: other formats, folders below it and hidden files are left behind', () => {
    const { files, folder, ignored } = chosen('QED-Nano/config.json', 'QED-Nano/model-00001-of-00002.safetensors', 'QED-Nano/model.safetensors.index.json', 'QED-Nano/tokenizer.json', 'QED-Nano/pytorch_model.bin', 'QED-Nano/.gitattributes', 'QED-Nano/onnx/config.json', 'QED-Nano/onnx/model.onnx')
    expect(folder).toBe('QED-Nano')
    expect([...files.keys()]).toEqual(['config.json', 'model-00001-of-00002.safetensors', 'model.safetensors.index.json', 'tokenizer.json'])
    expect(ignored).toEqual(['QED-Nano/pytorch_model.bin', 'QED-Nano/.gitattributes', 'QED-Nano/onnx/config.json', 'QED-Nano/onnx/model.onnx'])
  })
  test('an adapter', () => {
    expect(chosen('lora/adapter_config.json', 'lora/adapter_model.safetensors', 'lora/README.md')).toMatchObject({ kind: 'adapter', folder: 'lora' })
  })
  test.each([
    [['a.safetensors'], /^noConfig .*no config\.json/],
    [['m/model.gguf'], /^noConfig .*`model\.gguf` is of a format that the lab does not read/],
    [['pytorch_model.bin'], /^noConfig .*`pytorch_model\.bin`/],
    [['a/config.json', 'b/config.json'], /^ambiguous .*`a` and `b`/],
    [[], /^noConfig/],
  ])('%j is told', (all, says) => {
    expect(told(chooseFolder(paths(...all)))).toMatch(says)
  })
})

describe('a folder that was checked', () => {
  test('the golden: what it is, and that all its weights are finite', async () => {
    const checked = taken(await checkModel(goldenFolder('qwen3-tiny-untied-bf16')))
    expect(modelFacts(checked)).toMatchObject({ dtypes: 'BF16', maxPositions: 2048, hasTokenizer: false, endIds: [], parameters: 232_064 })
    const seen: number[] = []
    expect((await checkFinite(checked.placed, (done) => void seen.push(done), neverStop)).ok).toBe(true)
    expect(seen.at(-1)).toBe(fileBytes(checked.placed))
  })
  test('end tokens of config, generation settings and tokenizer together, those beyond the vocabulary left out', async () => {
    const files = new Map([...goldenFolder('qwen3-tiny'), ...goldenFolder('byte-level')])
    files.set('generation_config.json', text({ eos_token_id: [5, 6, 9999] }))
    expect(taken(await checkModel(files)).pretrained.endIds).toEqual([5, 6, 498])
  })
  test('no config, a config without end, weights that do not fit, text that cannot be read', async () => {
    const files = goldenFolder('qwen3-tiny')
    expect(told(await checkModel(new Map()))).toMatch(/^noConfig/)
    expect(told(await checkModel(new Map([...files, ['config.json', { size: 2e6, slice: () => Promise.reject(new Error('never read')) }]])))).toMatch(/^unreadableConfig .*2000000 bytes/)
    expect(told(await checkModel(new Map([...files, ['config.json', text({ ...config, architectures: ['Qwen3ForCausalLM'], vocab_size: 500 })]])))).toMatch(/^wrongShape .*embed_tokens/)
    expect(told(await checkModel(new Map([...files, ['tokenizer.json', text({})]])))).toMatch(/^badTokenizer/)
  })
  test('a weight that is not finite is named', async () => {
    const layout = parameterLayout({ ...config, num_hidden_layers: 1, vocab_size: 3 })
    const tensors = Object.fromEntries(layout.map(({ name, shape, size }) => [name, { shape, values: new Array<number>(size).fill(name.endsWith('up_proj.weight') ? NaN : 1) }]))
    const files = new Map([['config.json', text({ ...config, architectures: ['Qwen3ForCausalLM'], num_hidden_layers: 1, vocab_size: 3 })], ['model.safetensors', arraySource(f32File(tensors))]])
    const { placed } = taken(await checkModel(files))
    expect(told(await checkFinite(placed, () => {}, neverStop))).toMatch(/^notFinite .*up_proj\.weight: Element \[0, 0\] is NaN/)
  })
})

test('weights come in whole rows, whatever the piece, with the adapter merged into each', async () => {
  const { placed } = taken(await checkModel(goldenFolder('qwen3-tiny')))
  const adapter = taken(await readAdapter(goldenFolder('lora'), config))
  const want = parameters.slice()
  for (const slot of parameterLayout(config)) mergeAdapter(adapter, slot.name, want.subarray(slot.offset, slot.offset + slot.size))
  for (const mostBytes of [1, 1000, 5000]) {
    const values = new Float32Array(parameters.length)
    let pieces = 0
    taken(await weightReader(placed, adapter, () => {}, mostBytes)((slot, v, at) => {
      expect([v.length % slot.shape.at(-1)!, at % slot.shape.at(-1)!]).toEqual([0, 0])
      values.set(v, slot.offset + at)
      pieces++
    }, neverStop))
    expect(pieces).toBeGreaterThan(placed.length * 2)
    expect(values).toEqual(want)
  }
})

describe('a folder that was exported', () => {
  test('a run: config, weights, tokenizer and generation settings are a model again, with the same numbers', async () => {
    const own = { ...taken(await checkModel(goldenFolder('qwen3-tiny'))).pretrained.config, vocab_size: VOCAB_SIZE }
    const trained = initialParameters(own, 5)
    const zeros = new Float32Array(trained.length)
    const files = await folderOf(runFolder({ config: own, parameters: trained, m: zeros, v: zeros, t: 1, seed: 1, stage: 'grpo', step: 40 }, { name: 'Kestrel "x"', maxPositions: 60, maxNewTokens: 40, temperature: 0.8 }))
    expect([...files.keys()]).toEqual(['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors', 'README.md'])
    const checked = taken(await checkModel(files))
    expect(checked.pretrained).toMatchObject({ config: own, maxPositions: 60, endIds: taken(encode('<|im_end|>')) })
    expect(await flat(checked.placed)).toEqual(trained)
    const codec = taken(await TextCodec.open(files, VOCAB_SIZE))
    expect(taken(codec.prompt(proofRequest('Assume $p$. Prove $p$.'), true)).opensThinking).toBe(true)
    const card = new TextDecoder().decode(await files.get('README.md')!.slice(0, 10_000))
    expect(card).toMatch(/^---\nlibrary_name: transformers\n/)
    expect(card).toContain('\n# Kestrel x\n')
  })

  test('a stored model, byte for byte', async () => {
    const files = goldenFolder('qwen3-tiny-untied-bf16')
    const again = await folderOf(modelFolder(files, null))
    expect([...again.keys()].sort()).toEqual([...files.keys()].sort())
    for (const [name, source] of files) expect(new Uint8Array(await again.get(name)!.slice(0, source.size))).toEqual(new Uint8Array(await source.slice(0, source.size)))
  })

  test('with an adapter merged: one float32 file, W + α/r · B·A in every projection', async () => {
    const files = new Map([...goldenFolder('qwen3-tiny'), ...goldenFolder('byte-level')])
    const checked = taken(await checkModel(files))
    const adapter = taken(await readAdapter(goldenFolder('lora'), config))
    const again = await folderOf(modelFolder(files, { ...checked, adapter }))
    expect([...again.keys()].sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
    const merged = taken(await checkModel(again))
    const want = parameters.slice()
    for (const slot of parameterLayout(config)) mergeAdapter(adapter, slot.name, want.subarray(slot.offset, slot.offset + slot.size))
    expect(await flat(merged.placed)).toEqual(want)
    expect(merged.pretrained).toEqual(checked.pretrained)
  })
})
