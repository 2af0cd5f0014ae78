import { expect, test } from 'vitest'
import { fail, ok } from '../base/result'
import type { DatasetRecord } from '../../workers/data/protocol'
import { createDatasets, type DatasetClient } from './datasets'

const record = (id: string) => ({ id, name: id }) as DatasetRecord

function client(over: Partial<DatasetClient> = {}): DatasetClient {
  return {
    datasets: async () => [record('stored')],
    ensureSample: async () => ok([record('sample'), record('stored')]),
    importFiles: async (_job, [file]) => ok(record(file!.name)),
    restore: async (id) => record(id),
    change: async (id, { flags }) => ok({ ...record(id), flags: flags ?? [] }),
    onDatasetsChanged: () => () => {},
    cancel: async () => {},
    remove: async () => {},
    persist: async () => true,
    ...over,
  }
}

test('loads once for several callers, and keeps what is stored when the samples cannot be had', async () => {
  let asked = 0
  const store = createDatasets(client({ ensureSample: async () => (asked++, fail('unreadable', 'offline')) }))
  await Promise.all([store.getState().load(), store.getState().load()])
  expect(asked).toBe(1)
  expect(store.getState()).toMatchObject({ status: 'ready', datasets: [{ id: 'stored' }], failure: { what: 'offline' } })
})

test('imports one after the other; a refused file leaves the list; cancel names the job underway', async () => {
  const cancelled: string[] = []
  let underway = 0
  let release: () => void = () => {}
  const jobs: string[] = []
  const store = createDatasets(client({
    cancel: async (job) => void cancelled.push(job),
    importFiles: async (job, [file]) => {
      jobs.push(job)
      expect(++underway).toBe(1)
      if (file!.name === 'slow') await new Promise<void>((resolve) => (release = resolve))
      underway--
      return file!.name === 'bad' ? fail('unreadable', 'damaged') : ok(record(file!.name))
    },
  }))
  await store.getState().load()
  const { importFiles, cancel, remove } = store.getState()
  const all = Promise.all(['slow', 'bad', 'good'].map((name) => importFiles([new File([''], name)], null, () => {})))
  await Promise.resolve()
  cancel()
  expect(cancelled).toEqual([jobs[0]])
  release()
  expect((await all).map((r) => r.ok)).toEqual([true, false, true])
  await remove('slow')
  expect(store.getState().datasets.map((d) => d.id)).toEqual(['sample', 'stored', 'good'])
})

test('a load that an import overtook does not lose the new dataset', async () => {
  let answer: (records: DatasetRecord[]) => void = () => {}
  const store = createDatasets(client({
    ensureSample: () => new Promise((resolve) => (answer = (records) => resolve(ok(records)))),
    datasets: async () => [record('stored'), record('new')],
  }))
  const loading = store.getState().load()
  await store.getState().importFiles([new File([''], 'new')], null, () => {})
  answer([record('stored')])
  await loading
  expect(store.getState().datasets.map((d) => d.id)).toEqual(['stored', 'new'])
})

test('a change in another tab is read; a removal can be undone; a dataset is shown while it is stored', async () => {
  let heard: () => void = () => {}
  let catalogue = [record('stored')]
  const early: (string | null)[] = []
  const store = createDatasets(client({
    datasets: async () => catalogue,
    onDatasetsChanged: (listen) => ((heard = listen), () => {}),
    importFiles: async (_job, [file], _member, onProgress) => {
      onProgress({ doneBytes: 0, totalBytes: 1, rows: 1, text: 'Storing', opened: record(file!.name) })
      early.push(store.getState().early?.id ?? null)
      return ok(record(file!.name))
    },
  }))
  await store.getState().load()
  catalogue = [record('stored'), record('from elsewhere')]
  heard()
  await expect.poll(() => store.getState().datasets.map((d) => d.id)).toEqual(['stored', 'from elsewhere'])
  await store.getState().importFiles([new File([''], 'new')], null, () => {})
  expect([early, store.getState().early]).toEqual([['new'], null])
  await store.getState().remove('stored')
  expect(store.getState().removed?.id).toBe('stored')
  await store.getState().restore('stored')
  expect(store.getState().removed).toBeNull()
  expect(store.getState().datasets.map((d) => d.id)).toContain('stored')
})
