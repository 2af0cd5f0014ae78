import { parquetWriteBuffer } from 'hyparquet-writer'
import type { CompletionRow } from '../posttrain/handoff/rolloutTables'

/** Completions of one step as the parquet file that TRL logs. */
export function completionsParquet(rows: readonly CompletionRow[]): Uint8Array<ArrayBuffer> {
  const column = <K extends keyof CompletionRow>(name: K) => rows.map((row) => row[name])
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'step', type: 'INT64', data: column('step').map(BigInt) },
        { name: 'prompt', type: 'STRING', data: column('prompt') },
        { name: 'completion', type: 'STRING', data: column('completion') },
        { name: 'rubric_reward', type: 'DOUBLE', nullable: true, data: column('rubric_reward') },
        { name: 'advantage', type: 'DOUBLE', nullable: true, data: column('advantage') },
      ],
      createdBy: 'proof-lab',
    }),
  )
}
