import { useCallback, useEffect, useState } from 'react'
import { gradeAt, noGrades, withGrade, type BlindGrade, type BlindGrades, type BlindStep } from '../../audit/blindGrades'
import { readGrades, saveGrades } from '../../state/audits'

export interface BlindGrading {
  /** Null until read. */
  readonly grades: BlindGrades | null
  readonly canUndo: boolean
  /** The last write did not reach the disk. */
  readonly isUnsaved: boolean
  set(rubric: string, proofId: string, grade: BlindGrade | null): void
  /** Takes the last change back; gives the proof it belonged to. */
  undo(): string | null
}

/** One's own grades of a table, stored at each change, undone step by step as long as the page is open. */
export function useBlindGrades(tableId: string): BlindGrading {
  const [state, setState] = useState<{ tableId: string; grades: BlindGrades; steps: readonly BlindStep[] } | null>(null)
  const [isUnsaved, setUnsaved] = useState(false)
  useEffect(() => {
    let isCurrent = true
    readGrades(tableId).catch(() => noGrades(tableId)).then((grades) => isCurrent && setState({ tableId, grades, steps: [] }), () => {})
    return () => {
      isCurrent = false
    }
  }, [tableId])
  const current = state?.tableId === tableId ? state : null
  const store = useCallback((grades: BlindGrades) => {
    saveGrades(grades).then(() => setUnsaved(false), () => setUnsaved(true))
  }, [])
  return {
    grades: current?.grades ?? null, canUndo: (current?.steps.length ?? 0) > 0, isUnsaved,
    set(rubric, proofId, grade) {
      if (!current) return
      const grades = withGrade(current.grades, rubric, proofId, grade)
      setState({ tableId, grades, steps: [...current.steps, { rubric, proofId, before: gradeAt(current.grades, rubric, proofId) }] })
      store(grades)
    },
    undo() {
      const step = current?.steps.at(-1)
      if (!current || !step) return null
      const grades = withGrade(current.grades, step.rubric, step.proofId, step.before)
      setState({ tableId, grades, steps: current.steps.slice(0, -1) })
      store(grades)
      return step.proofId
    },
  }
}
