import Papa from 'papaparse'
import { expect, test } from 'vitest'
import type { MetricPoint, RunRecord } from './runRecords'
import { csvCell, fileName, metricsCsv, rolloutLines } from './runExports'

const record = (id: string, name: string) => ({ id, name }) as RunRecord

test('the CSV read back equals the stored points, value by value', () => {
  const a: MetricPoint[] = [
    { step: 1, stage: 'sft', values: { loss: 1 / 3, learning_rate: 1e-7 } },
    { step: 2, stage: 'grpo', values: { loss: -2.5e-9, reward: 0.1 + 0.2, kl: null } },
  ]
  const b: MetricPoint[] = [{ step: 1, stage: 'sft', values: { loss: 5 } }]
  const text = metricsCsv([{ record: record('a', 'a "quoted", name'), points: a }, { record: record('b', '=SUM(A1)'), points: b }])
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true })
  expect(errors).toEqual([])
  expect(data.length).toBe(3)
  expect(Object.keys(data[0]!)).toEqual(['run_id', 'run', 'step', 'stage', 'kl', 'learning_rate', 'loss', 'reward'])
  expect(Number(data[0]!.loss)).toBe(1 / 3)
  expect(Number(data[0]!.learning_rate)).toBe(1e-7)
  expect(Number(data[1]!.reward)).toBe(0.1 + 0.2)
  expect([data[0]!.reward, data[1]!.kl]).toEqual(['', ''])
  expect(data[0]!.run).toBe('a "quoted", name')
  expect(data[2]!.run).toBe("'=SUM(A1)")
})

test('cells cannot become formulas or break lines', () => {
  expect([csvCell('+1'), csvCell('@x'), csvCell('a\nb'), csvCell(null), csvCell(NaN), csvCell(-1)]).toEqual(["'+1", "'@x", '"a\nb"', '', '', '-1'])
})

test('a rollout a line, text escaped', () => {
  const rollouts = [{ group: 0, index: 0, completion: 'a\n"b"' }] as never
  const text = rolloutLines(record('r', 'R'), { step: 7, rollouts })
  expect(text.endsWith('\n')).toBe(true)
  expect(JSON.parse(text)).toMatchObject({ run_id: 'r', step: 7, completion: 'a\n"b"' })
})

test('file names hold no separators', () => {
  expect(fileName(record('id', '../a b:c'), 'metrics.csv')).toBe('..-a-b-c-metrics.csv')
  expect(fileName(record('id', '///'), 'x')).toBe('id-x')
})
