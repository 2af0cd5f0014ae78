/** Asks for a file's columns and offers them as roles. */
import type { Mapping } from '../../audit/mapping'
import { ErrorCard } from '../../ui/ErrorCard'
import { preview } from '../../state/audits'
import { MappingForm } from './MappingForm'
import tables from './tables.module.css'
import { useAnswer } from '../../ui/useAnswer'

export interface ChooseColumnsProps {
  /** A file that was not taken, or the id of a stored table. */
  readonly source: File | string
  /** Of a zip. */
  readonly password?: string | null
  readonly onApply: (mapping: Mapping) => void
  readonly onCancel: () => void
}

export function ChooseColumns({ source, password = null, onApply, onCancel }: ChooseColumnsProps) {
  const key = typeof source === 'string' ? source : `${source.name} ${source.size} ${source.lastModified}`
  const { answer, retry } = useAnswer(key, () => preview(source, password))
  if (answer === null) return <p className={tables.quiet} role="status">Reading the columns…</p>
  return answer.ok ? <MappingForm preview={answer.value} onApply={onApply} onCancel={onCancel} /> : <ErrorCard failure={answer} onRetry={retry} />
}
