import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MetricPoint } from '../posttrain/runRecords'
import { MetricLog } from './metricLog'

const point = (step: number, values: Record<string, number | null>): MetricPoint => ({ step, stage: step <= 3 ? 'sft' : 'grpo', values })

describe('MetricLog', () => {
  test('keeps every point, and a metric only where it was logged', () => {
    const log = new MetricLog()
    log.append([point(1, { loss: 3 }), point(2, { loss: 2 }), point(4, { loss: 1, reward: 0.5 }), point(5, { loss: 1, reward: null })])
    expect([...log.column('loss')!.steps]).toEqual([1, 2, 4, 5])
    expect([...log.column('reward')!.steps]).toEqual([4, 5])
    expect(log.column('reward')!.values[1]).toBeNaN()
    expect(log.latest('reward')).toBe(0.5)
    expect(log.points()[3]).toEqual(point(5, { loss: 1, reward: null }))
    expect(log.column('kl')).toBeNull()
  })

  test('a resume overwrites what came after its step, in every column', () => {
    const log = new MetricLog()
    log.append([1, 2, 3, 4, 5, 6].map((s) => point(s, { loss: s, reward: s / 10 })))
    log.append([point(4, { loss: 40 })])
    expect([...log.allSteps()]).toEqual([1, 2, 3, 4])
    expect([...log.column('loss')!.values]).toEqual([1, 2, 3, 40])
    expect([...log.column('reward')!.steps]).toEqual([1, 2, 3])
    log.append([point(5, { loss: 50, reward: 5 })])
    expect([...log.column('reward')!.steps]).toEqual([1, 2, 3, 5])
  })

  test('grows past its first allocation without losing a value', () => {
    const log = new MetricLog()
    const points = Array.from({ length: 5000 }, (_, i) => point(i + 1, { loss: i * 0.5 }))
    log.append(points)
    expect(log.points()).toEqual(points)
  })

  test('replace starts over', () => {
    const log = new MetricLog()
    log.append([point(1, { a: 1 }), point(2, { a: 2 })])
    log.replace([point(1, { b: 7 })])
    expect(log.names()).toEqual(['b'])
    expect(log.length).toBe(1)
  })

  describe('publication', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    test('tells listeners at most ten times a second, and always the last state', () => {
      const log = new MetricLog(() => Date.now())
      let heard = 0
      const off = log.subscribe(() => heard++)
      for (let s = 1; s <= 1000; s++) {
        log.append([point(s, { loss: s })])
        vi.advanceTimersByTime(2) // 500 points a second, for two seconds
      }
      vi.advanceTimersByTime(200)
      expect(heard).toBeGreaterThanOrEqual(15)
      expect(heard).toBeLessThanOrEqual(22)
      expect(log.latest('loss')).toBe(1000)
      off()
      const before = heard
      log.append([point(1001, { loss: 0 })])
      vi.advanceTimersByTime(500)
      expect(heard).toBe(before)
    })
  })
})
