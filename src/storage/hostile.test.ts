import { describe, expect, test } from 'vitest'
import { hostileFiles } from '../../e2e/hostileFiles'
import { neverStop } from '../base/stop'
import { listDatasets, type DatasetHome } from './datasets'
import { importDataset } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { memoryShards } from './shards'

describe('files made to do harm', () => {
  test.each(hostileFiles().map((one) => [one.file.name, one] as const))('%s', async (name, { file, isRefused }) => {
    const home: DatasetHome = { database: memoryDatabase(), shards: memoryShards() }
    const escaped: unknown[] = []
    const hear = (reason: unknown) => void escaped.push(reason)
    process.on('unhandledRejection', hear) // the worker has its own ear for these
    try {
      const result = await importDataset(home, [new File([new Uint8Array(file.buffer)], name)], { id: 'd', name, origin: 'file', now: 0, onProgress: () => {}, stop: neverStop })
      if (isRefused === true) expect(result).toMatchObject({ ok: false, where: `\`${name}\``, what: expect.stringMatching(/\S.{8,}/) as string, next: expect.stringMatching(/\S/) as string })
      if (isRefused === false) expect(result).toMatchObject({ ok: true })
      if (!result.ok) expect([await listDatasets(home), await home.shards.list()]).toEqual([[], []])
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    } finally {
      await new Promise((resolve) => setTimeout(resolve))
      process.off('unhandledRejection', hear)
    }
  })
})
