import { readFileSync } from 'node:fs'
import { build } from 'vite'
import lora from '../src/engine/goldens/lora/expected.json' with { type: 'json' }
import quant from '../src/engine/goldens/quant/expected.json' with { type: 'json' }
import training from '../src/engine/goldens/sft-step/expected.json' with { type: 'json' }
import { goldenModel, type GoldenName } from '../src/engine/model/goldenModel'
import { parameterLayout } from '../src/engine/model/parameters'
import gumbel from '../src/posttrain/goldens/gumbel.json' with { type: 'json' }
import type { ProbeInput, ProbeOutput } from './engineProbe'
import type { KernelProbeInput, KernelProbeOutput } from './kernelProbe'
import { expect, test } from './support'

async function bundled(name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', minify: false, lib: { entry: new URL(`./${name}.ts`, import.meta.url).pathname, formats: ['es'], fileName: 'probe' }, rolldownOptions: { output: { codeSplitting: false } } },
  })
  const outputs = Array.isArray(built) ? built : [built]
  return outputs.flatMap((o) => ('output' in o ? o.output : [])).find((o) => o.type === 'chunk')!.code
}

let code = ''
test.beforeAll(async () => void (code = await bundled('engineProbe')))

test.describe.configure({ timeout: 240_000 })

const cases: [GoldenName, number][] = [
  ['qwen3-tiny', 24],
  ['qwen3-tiny-untied-bf16', 24],
]
for (const [name, tokens] of cases)
  test(`the fused engine in the browser gives PyTorch's numbers: ${name}`, async ({ page, baseURL }) => {
    const { config, parameters, expected } = goldenModel(name)
    await page.route('**/probe.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }))
    await page.goto('./favicon.svg')
    const input: ProbeInput = { config, parameters: [...parameters], prompts: expected.map((e) => e.input_ids), tokens, training: name === 'qwen3-tiny' ? training : null }
    const got = await page.evaluate(
      async ([url, input]) => ((await import(url)) as { probe: (input: ProbeInput) => Promise<ProbeOutput> }).probe(input),
      [new URL('probe.js', baseURL).href, input] as const,
    )
    expect(got.errors).toEqual([])
    expect(got.engine).toBe('fused')
    expected.forEach((want, i) => {
      want.logprobs_of_next.forEach((logprob, t) => expect(Math.abs(got.logprobs[i]![t]! - logprob)).toBeLessThan(2e-4))
      want.greedy.slice(0, tokens).forEach((step, n) => {
        if (step.margin > 1e-3) expect(got.greedy[i]!.tokens[n]).toBe(step.token)
        expect(Math.abs(got.greedy[i]!.logprobs[n]! - step.logprob)).toBeLessThan(2e-4)
      })
    })
    if (!input.training) return
    expect(got.trace.length).toBe(training.adamw.trace.length)
    training.adamw.trace.forEach((want, i) => {
      expect(Math.abs(got.trace[i]!.loss - want.loss) / want.loss).toBeLessThan(5e-5)
      expect(Math.abs(got.trace[i]!.grad_norm - want.grad_norm) / want.grad_norm).toBeLessThan(1e-3)
    })
  })

test('the golden int4 product, Gumbel draws and low-rank adapter, in the browser', async ({ page, baseURL }) => {
  const script = await bundled('kernelProbe')
  await page.route('**/kernels.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }))
  await page.goto('./favicon.svg')
  const { config, parameters } = goldenModel()
  const slot = parameterLayout(config).find((s) => quant.matrix.startsWith(s.name))!
  const trained = training.labels.reduce((sum, row) => sum + row.slice(1).filter((label) => label !== -100).length, 0)
  const input: KernelProbeInput = {
    config,
    parameters: [...parameters],
    quant: { from: slot.offset, inputs: slot.shape[1]!, outputs: slot.shape[0]!, x: quant.x },
    draws: gumbel,
    adapter: ['adapter_config.json', 'adapter_model.safetensors'].map((name) => [name, [...readFileSync(new URL(`../src/engine/goldens/lora/${name}`, import.meta.url))]]),
    batch: training.input_ids.map((row, b) => ({ prompt: row.slice(0, 1), completion: row.slice(1), weights: training.labels[b]!.slice(1).map((label) => (label === -100 ? 0 : 1 / trained)) })),
  }
  const got = await page.evaluate(
    async ([url, input]) => ((await import(url)) as { probe: (input: KernelProbeInput) => Promise<KernelProbeOutput> }).probe(input),
    [new URL('kernels.js', baseURL).href, input] as const,
  )
  expect(got.errors).toEqual([])
  for (const y of got.products) quant.y.forEach((want, i) => expect(Math.abs(y[i]! - want)).toBeLessThan(1e-4 * Math.max(1, Math.abs(want))))
  gumbel.token.forEach((token, row) => {
    expect(got.draws[row]!.token).toBe(token)
    expect(Math.abs(got.draws[row]!.logprob - gumbel.logprob[row]!)).toBeLessThan(1e-5)
  })
  expect(Math.abs(got.lora.loss - lora.loss)).toBeLessThan(1e-5 * lora.loss)
  lora.logprobs_of_next_first.forEach((want, t) => expect(Math.abs(got.lora.logprobs[t]! - want)).toBeLessThan(2e-4))
  for (const [module, [a, b]] of Object.entries(lora.grad_l2 as unknown as Record<string, [number, number]>)) {
    const norm = (half: 'A' | 'B') => got.lora.norms[`base_model.model.${module}.lora_${half}.weight`]!
    expect(Math.abs(norm('A') / a - 1), `${module} A`).toBeLessThan(1e-3)
    expect(Math.abs(norm('B') / b - 1), `${module} B`).toBeLessThan(1e-3)
  }
})
