import { describe, expect, test } from 'vitest'
import { PRESETS } from '../../posttrain/presets'
import { parameterCount } from '../../posttrain/modelConfig'
import { preflight } from './preflight'
import { formatDuration, secondsLeft } from './remaining'
import { lengthBins } from '../../posttrain/evaluation/lengthBins'
import type { Column } from '../../state/metricLog'

describe('preflight', () => {
  test('counts what the preset says and grows with it', () => {
    const micro = preflight(PRESETS.micro!)
    const small = preflight(PRESETS.small!)
    expect(micro.parameters).toBe(parameterCount(PRESETS.micro!.model))
    expect(micro.steps).toBe(PRESETS.micro!.sft.steps + PRESETS.micro!.grpo.steps)
    expect(micro.checkpointBytes).toBe(12 * micro.parameters)
    expect(micro.memoryBytes).toBeGreaterThan(16 * micro.parameters)
    expect(small.memoryBytes).toBeGreaterThan(5 * micro.memoryBytes)
  })
})

describe('secondsLeft', () => {
  const column = (pairs: [number, number][]): Column => ({ steps: Float64Array.from(pairs, (p) => p[0]), values: Float64Array.from(pairs, (p) => p[1]) })
  const record = { sftSteps: 10, totalSteps: 30 }

  test('the compiling first step does not spoil it', () => {
    expect(secondsLeft({ ...record, step: 4 }, column([[1, 60], [2, 1], [3, 1], [4, 1]]))).toBe(6)
  })
  test('reinforcement learning is not judged by fine-tuning steps', () => {
    const times: [number, number][] = [[9, 1], [10, 1], [11, 5], [12, 5], [13, 5]]
    expect(secondsLeft({ ...record, step: 13 }, column(times))).toBe(17 * 5)
    expect(secondsLeft({ ...record, step: 11 }, column(times.slice(0, 3)))).toBeNull()
    expect(secondsLeft({ ...record, step: 10 }, column(times.slice(0, 2)))).toBeNull()
  })
  test('nothing to go by', () => expect(secondsLeft({ ...record, step: 0 }, null)).toBeNull())

  test('durations', () => {
    expect([0.4, 59.6, 200, 3600, 7500].map(formatDuration)).toEqual(['0 s', '1 min', '3 min 20 s', '1 h', '2 h 5 min'])
  })
})

describe('lengthBins', () => {
  test('one set of bins for all evaluations, every completion in exactly one', () => {
    const { edges, counts } = lengthBins([[1, 2, 3, 32], [10, 10, 10], []], 8)
    expect(edges[0]).toBe(0)
    expect(edges.at(-1)).toBeGreaterThanOrEqual(32)
    expect(counts.map((c) => c.reduce((a, b) => a + b, 0))).toEqual([4, 3, 0])
    expect(counts[0]!.length).toBe(edges.length - 1)
    expect(Math.max(...counts[1]!)).toBe(3)
  })
  test('nothing measured', () => expect(lengthBins([[]], 8).counts).toEqual([new Array(8).fill(0)]))
})
