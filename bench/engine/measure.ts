/** All figures of the engine's benchmark, in Node and in a page alike. */
import { adapterName, isSoftware, type OpenedGpu } from '../../src/engine/device'
import { gpuContext } from '../../src/engine/openModel'
import type { Figure } from '../artifact'
import { layerDispatches, stepCalls } from './calls'
import type { Contestant } from './contestant'
import { CONTEXT, decoding, NEW_TOKENS, onnxDecoding } from './decode'
import type { Host } from './host'
import { growth } from './memory'
import { openFused, openReference } from './ours'
import type { EngineFigures, Part } from './parts'
import { adapterPeaks, type Peaks } from './peaks'
import { race, type Timed } from './race'
import { openTfjs } from './tfjsPeer'
import { decodeWork, trainWork } from './work'
import { workload, type Workload } from './workload'

const GROUP = 16

export async function engineFigures(gpu: OpenedGpu, host: Host, parts: readonly Part[]): Promise<EngineFigures> {
  const context = gpuContext(gpu)
  const figures: Figure[] = []
  const isSlow = isSoftware(gpu.info)
  const works = [workload(2, 64, 64, 8), workload(4, 128, 128, 8)]
  host.log('peaks of the adapter')
  const peaks = await adapterPeaks(context)
  figures.push(
    { name: 'adapter peak: plain vec4 matrix product', unit: 'GFLOP/s', ours: peaks.flopsPerSecond / 1e9, peer: null, note: `best tile ${peaks.tile}` },
    { name: 'adapter peak: plain copy', unit: 'GB/s', ours: peaks.bytesPerSecond / 1e9, peer: null, note: 'read and written' },
  )
  if (parts.includes('train')) for (const work of works) figures.push(...(await trainFigures(gpu, host, work, peaks, isSlow)))
  if (parts.includes('calls')) {
    const layer = await layerDispatches(context)
    figures.push(
      { name: 'dispatches of a layer, decoding', unit: '', ours: layer.decode, peer: null, goal: { atMost: 8, of: 'value' } },
      { name: 'dispatches of a layer, forward and backward', unit: '', ours: layer.train, peer: null, goal: { atMost: 26, of: 'value' } },
    )
    for (const work of works) {
      const { jsMs, dispatches } = await stepCalls(context, work, 15)
      figures.push(
        { name: `JavaScript of a training step, ${work.label}`, unit: 'ms', ours: jsMs, peer: null, goal: { atMost: 1, of: 'value' }, note: `${dispatches} dispatches, one submission` },
        { name: `JavaScript of a dispatch in training, ${work.label}`, unit: 'µs', ours: (jsMs * 1e3) / dispatches, peer: null, note: 'packing, uploads and submission included' },
      )
    }
  }
  if (parts.includes('decode')) for (const work of works) figures.push(...(await decodeFigures(gpu, host, work, peaks)))
  if (parts.includes('memory')) {
    host.log('memory of a long run')
    const grown = await growth(context, host)
    const what = `after ${grown.steps} training steps and ${grown.generations} generations`
    figures.push(
      { name: `GPU memory grown ${what}`, unit: 'bytes', ours: grown.gpuBytes, peer: null, goal: { atMost: 0, of: 'value' } },
      { name: `JS heap grown ${what}`, unit: 'KiB', ours: grown.heapBytes === null ? null : grown.heapBytes / 1024, peer: null, goal: { atMost: HEAP_NOISE_KIB, of: 'value' }, note: 'lowest of five readings in each half, each after a collection' },
    )
  }
  const errors = gpu.takeErrors()
  if (errors.length > 0) throw new Error(`The device reported: ${errors.join('; ')}`)
  return { adapter: adapterName(gpu.info), runtime: host.runtime, figures }
}

/** Compiled code and inline caches come and go by this much; one object a step would be a hundred bytes or more, 1,000 times. */
const HEAP_NOISE_KIB = 128

async function trainFigures(gpu: OpenedGpu, host: Host, work: Workload, peaks: Peaks, isSlow: boolean): Promise<Figure[]> {
  host.log(`training step, ${work.label}`)
  const contestants: Contestant[] = [openFused(gpuContext(gpu), work)]
  let missing: string | null = null
  try {
    // Its package is installed for benchmarks only.
    const { openJax } = await import('./jaxPeer')
    contestants.push(await openJax(work))
  } catch (error) {
    missing = String(error)
    host.log(`  @jax-js/jax is left out: ${missing}`)
  }
  const quick = await race(contestants, 2, 9, host.log)
  for (const contestant of contestants) contestant.dispose()
  const others = [openFused(gpuContext(gpu), work), openTfjs(work), openReference(work)]
  const slow = await race(others, 2, 5, host.log)
  for (const contestant of others) contestant.dispose()

  const [ours, jax] = quick as [Timed, Timed?]
  const [again, tfjs, reference] = slow as [Timed, Timed, Timed]
  if (jax) {
    const [own, other] = [ours.losses.at(-1)!, jax.losses.at(-1)!]
    // AdamW's first steps follow the gradient's sign: what rounding makes of tiny gradients shows here, and little else does.
    if (!(Math.abs(own - other) < 5e-3)) throw new Error(`After ${ours.losses.length} steps the losses are ${own} and, in jax-js, ${other}`)
  }
  const { flops, bytes } = trainWork(work.config, work.B, work.T)
  const perSecond = 1e3 / ours.medianMs
  const spread = (t: Timed) => `${t.rounds} rounds, ${t.fastestMs.toFixed(0)}–${t.slowestMs.toFixed(0)} ms`
  const against = (own: Timed, peer: Timed | undefined, name: string, factor: number | null): Figure => ({
    name: `training step, ${work.label}`,
    unit: 'ms',
    ours: own.medianMs,
    peer: { name, value: peer?.medianMs ?? null },
    ...(factor === null ? {} : { goal: { atMost: Number((1 / factor).toFixed(3)), of: 'ratio' as const } }),
    note: peer ? `ours ${spread(own)}; peer ${spread(peer)}; first loss ${own.losses[0]!.toFixed(5)} and ${peer.losses[0]!.toFixed(5)}` : (missing ?? ''),
  })
  return [
    against(ours, jax, '@jax-js/jax with jit', isSlow ? 1.3 : 2),
    against(again, tfjs, tfjs.name, isSlow ? 10 : 20),
    against(again, reference, 'our tfjs reference', null),
    { name: `training arithmetic, ${work.label}`, unit: 'GFLOP/s', ours: (flops * perSecond) / 1e9, peer: { name: 'plain product', value: peaks.flopsPerSecond / 1e9 }, note: `${(flops / 1e6).toFixed(0)} MFLOP a step` },
    { name: `training traffic, ${work.label}`, unit: 'GB/s', ours: (bytes * perSecond) / 1e9, peer: { name: 'plain copy', value: peaks.bytesPerSecond / 1e9 }, note: `at least ${(bytes / 1e6).toFixed(1)} MB a step` },
  ]
}

async function decodeFigures(gpu: OpenedGpu, host: Host, work: Workload, peaks: Peaks): Promise<Figure[]> {
  host.log(`decoding, ${work.label}`)
  const { sizes, groupSpeedup } = await decoding(gpuContext(gpu), work, [1, GROUP, 64], GROUP, 5)
  let onnx: ReadonlyMap<number, number> = new Map()
  let missing = 'onnxruntime-web runs on WebGPU in browsers only'
  if (host.onnxFolder !== null)
    try {
      onnx = await onnxDecoding(gpuContext(gpu), work, [1, GROUP, 64], 5, host.onnxFolder)
    } catch (error) {
      missing = `onnxruntime-web is left out: ${error instanceof Error ? error.message : String(error)}`
      host.log(`  ${missing}`)
    }
  const shape = work.label.replace(/, T.*/, '')
  return [
    { name: `group of ${GROUP} over ${GROUP} rows one by one, ${shape}`, unit: '×', ours: groupSpeedup, peer: null, goal: { atLeast: 6, of: 'value' }, note: `${NEW_TOKENS} tokens a row` },
    ...sizes.flatMap(({ G, tokensPerSecond, stepMs, jsPerDispatchUs }): Figure[] => {
      const { flops, bytes } = decodeWork(work.config, G, CONTEXT)
      const perSecond = 1e3 / stepMs
      return [
        { name: `decoding ${G} ${G === 1 ? 'row' : 'rows'}, ${shape}`, unit: 'tokens/s', ours: tokensPerSecond, peer: { name: 'onnxruntime-web', value: onnx.get(G) ?? null }, note: onnx.has(G) ? 'the same greedy tokens; ours draws at temperature 1' : missing },
        { name: `decoding arithmetic, ${G} ${G === 1 ? 'row' : 'rows'}, ${shape}`, unit: 'GFLOP/s', ours: (flops * perSecond) / 1e9, peer: { name: 'plain product', value: peaks.flopsPerSecond / 1e9 } },
        { name: `decoding traffic, ${G} ${G === 1 ? 'row' : 'rows'}, ${shape}`, unit: 'GB/s', ours: (bytes * perSecond) / 1e9, peer: { name: 'plain copy', value: peaks.bytesPerSecond / 1e9 } },
        ...(G === GROUP ? [{ name: `JavaScript of a dispatch in decoding, ${shape}`, unit: 'µs', ours: jsPerDispatchUs, peer: null, goal: { atMost: 2, of: 'value' as const }, note: 'encoding, submission and readback' }] : []),
      ]
    }),
  ]
}
