/** The table of a dataset as the page asks it: what its columns hold, and which rows a query keeps. */
import { useEffect, useState } from 'react'
import { ALL_ROWS, type Query } from '../../proofs/query/filters'
import type { Failure } from '../../base/result'
import { openData } from '../../../workers/data/client'
import type { ColumnFacts, DatasetRecord, Selection } from '../../../workers/data/protocol'
import { workerFailure } from '../../ui/useAnswer'

export interface FactsState {
  readonly facts: readonly ColumnFacts[] | null
  readonly failure: Failure | null
  readonly doneRows: number
}

const NO_FACTS: FactsState = { facts: null, failure: null, doneRows: 0 }

/** Facts of the dataset's columns; asked anew when a role changes. Mount with the dataset's id as key. */
export function useFacts(dataset: DatasetRecord): FactsState & { retry: () => void } {
  const [state, setState] = useState<FactsState>(NO_FACTS)
  const [tries, setTries] = useState(0)
  const roles = JSON.stringify(dataset.roles)
  useEffect(() => {
    let isCurrent = true
    const hear = (doneRows: number) => void (isCurrent && setState((s) => (s.facts ? s : { ...s, doneRows })))
    openData().facts(dataset.id, hear).catch(workerFailure).then((result) => {
      if (isCurrent) setState((s) => (result.ok ? { facts: result.value, failure: null, doneRows: 0 } : { ...s, failure: result }))
    })
    return () => void (isCurrent = false)
  }, [dataset.id, roles, tries])
  return { ...state, retry: () => (setState(NO_FACTS), setTries((n) => n + 1)) }
}

export interface SelectionState {
  /** The last answer; of an older query while `isRunning`. Null for all rows in file order. */
  readonly selection: Selection | null
  readonly isRunning: boolean
  readonly doneRows: number
  readonly failure: Failure | null
}

export const isAllRows = (query: Query) => JSON.stringify(query) === JSON.stringify({ ...ALL_ROWS, isReasoningSearched: query.isReasoningSearched })

/** The rows that the query keeps. A new query takes the place of the one underway. */
export function useSelection(dataset: DatasetRecord, query: Query): SelectionState {
  const question = isAllRows(query) ? '' : `${JSON.stringify(query)} ${JSON.stringify(dataset.roles)}`
  const [state, setState] = useState<{ of: string; selection: Selection | null; failure: Failure | null }>({ of: '', selection: null, failure: null })
  const [doneRows, setDoneRows] = useState(0)
  useEffect(() => {
    if (question === '') return
    let isCurrent = true
    openData().select(dataset.id, query, (rows) => void (isCurrent && setDoneRows(rows))).catch(workerFailure).then((result) => {
      if (!isCurrent || (!result.ok && result.kind === 'superseded')) return
      setDoneRows(0)
      setState((s) => (result.ok ? { of: question, selection: result.value, failure: null } : { of: question, selection: s.selection, failure: result }))
    })
    return () => void (isCurrent = false)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the question says all of the query
  }, [dataset.id, question])
  if (question === '') return { selection: null, isRunning: false, doneRows: 0, failure: null }
  const isRunning = state.of !== question
  return { selection: state.selection, isRunning, doneRows: isRunning ? doneRows : 0, failure: isRunning ? null : state.failure }
}
