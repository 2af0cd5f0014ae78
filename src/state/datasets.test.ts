import { expect, test } from 'vitest'
import { fail, ok } from '../base/result'
import type { DatasetRecord } from '../../workers/data/protocol'
import { createDatasets, type DatasetClient } from './datasets'

const record = (id: string) => ({ id, name: id }) as DatasetRecord
const handled = (name: string) => ({ file: new File([''], name), handle: null })
const COPY = { keep: 'copy', member: null } as const

function client(over: Partial<DatasetClient> = {}): DatasetClient {
  return {
    datasets: async () => [record('stored')],
    ensureSample: async () => ok([record('sample'), record('stored')]),
    importFiles: async (_job, [one]) => ok(record(one!.file.name)),
    importHub: async (_job, { repo }) => ok(record(repo)),
    handles: async () => [],
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
    importFiles: async (job, [one]) => {
      jobs.push(job)
      expect(++underway).toBe(1)
      if (one!.file.name === 'slow') await new Promise<void>((resolve) => (release = resolve))
      underway--
      return one!.file.name === 'bad' ? fail('unreadable', 'damaged') : ok(record(one!.file.name))
    },
  }))
  await store.getState().load()
  const { importFiles, cancel, remove } = store.getState()
  const all = Promise.all(['slow', 'bad', 'good'].map((name) => importFiles([handled(name)], COPY, () => {})))
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
  await store.getState().importFiles([handled('new')], COPY, () => {})
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
    importFiles: async (_job, [one], _how, onProgress) => {
      onProgress({ doneBytes: 0, totalBytes: 1, rows: 1, text: 'Storing', opened: record(one!.file.name) })
      early.push(store.getState().early?.id ?? null)
      return ok(record(one!.file.name))
    },
  }))
  await store.getState().load()
  catalogue = [record('stored'), record('from elsewhere')]
  heard()
  await expect.poll(() => store.getState().datasets.map((d) => d.id)).toEqual(['stored', 'from elsewhere'])
  await store.getState().importFiles([handled('new')], COPY, () => {})
  expect([early, store.getState().early]).toEqual([['new'], null])
  await store.getState().remove('stored')
  expect(store.getState().removed?.id).toBe('stored')
  await store.getState().restore('stored')
  expect(store.getState().removed).toBeNull()
  expect(store.getState().datasets.map((d) => d.id)).toContain('stored')
})

test('a file that is read where it lies is asked for, one handle after the other, until one is refused', async () => {
  const asked: string[] = []
  const handle = (answer: PermissionState) => ({ requestPermission: async ({ mode }: { mode: string }) => (asked.push(`${mode} ${answer}`), answer) }) as unknown as FileSystemFileHandle
  const allow = (handles: FileSystemFileHandle[]) => createDatasets(client({ handles: async () => handles })).getState().allow('x')
  expect(await allow([handle('granted'), handle('granted')])).toBe(true)
  expect(await allow([handle('denied'), handle('granted')])).toBe(false)
  expect(asked).toEqual(['read granted', 'read granted', 'read denied'])
})

test('a dataset of the Hub joins the list like any other', async () => {
  const store = createDatasets(client())
  await store.getState().load()
  await store.getState().importHub({ repo: 'owner/name', revision: 'abc', licence: null, files: [] }, 'link', () => {})
  expect(store.getState().datasets.map((d) => d.id)).toEqual(['sample', 'stored', 'owner/name'])
})
