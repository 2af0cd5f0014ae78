import { build } from 'vite'
import training from '../src/engine/goldens/sft-step/expected.json' with { type: 'json' }
import { goldenModel, type GoldenName } from '../src/engine/model/goldenModel'
import type { ProbeInput, ProbeOutput } from './engineProbe'
import { expect, test } from './support'

let code = ''

test.beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', minify: false, lib: { entry: new URL('./engineProbe.ts', import.meta.url).pathname, formats: ['es'], fileName: 'probe' }, rolldownOptions: { output: { codeSplitting: false } } },
  })
  const outputs = Array.isArray(built) ? built : [built]
  code = outputs.flatMap((o) => ('output' in o ? o.output : [])).find((o) => o.type === 'chunk')!.code
})

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
