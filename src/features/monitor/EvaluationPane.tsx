/** The evaluations of one run: each stage's numbers, and under them the problems with every attempt that was made. */
import { ok } from '../../base/result'
import type { Evaluation } from '../../posttrain/runRecords'
import { useRuns, type Run } from '../../state/runs'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { EvaluationTable } from '../../ui/EvaluationTable'
import { Panel } from '../../ui/Panel'
import { Segmented } from '../../ui/Segmented'
import { useAnswer } from '../../ui/useAnswer'
import { useView } from '../../ui/useView'
import { EvaluationProblems } from './EvaluationProblems'
import { EvaluationSplits } from './EvaluationSplits'
import styles from './EvaluationPane.module.css'

const STAGES: Readonly<Record<Evaluation['label'], string>> = { base: 'Base', sft: 'After SFT', rl: 'After RL' }

export function EvaluationPane({ run }: { run: Run }) {
  const { id, evaluations, checkpointStep, updatedAt } = run.record
  const [view, setView] = useView()
  const shown = evaluations.find((e) => e.label === view.eval) ?? evaluations.at(-1)
  const { answer, retry } = useAnswer(shown ? `${id}:${shown.label}:${checkpointStep}:${updatedAt}` : null, async () => ok(await useRuns.getState().evaluation(id, shown!.label)))
  if (!shown) return null
  const stored = answer?.ok ? answer.value : null
  return (
    <Panel title="Evaluations" note={note(shown)}>
      <EvaluationTable evaluations={evaluations} isOver={run.record.status === 'stopped'} />
      <div className={styles.choice}>
        <Segmented
          label="Problems of the evaluation"
          showLabel
          value={shown.label}
          options={evaluations.map((e) => ({ value: e.label, label: STAGES[e.label] }))}
          onChange={(label) => setView({ eval: label, attempt: undefined }, { replace: true })}
        />
      </div>
      {answer && !answer.ok && <ErrorCard failure={answer} onRetry={retry} />}
      {answer?.ok && !stored && <Empty title="No attempts are stored of this evaluation" next={run.isLive ? 'They are stored with the next checkpoint.' : 'It was made by a version of the lab that kept the summary only.'} />}
      {stored && (
        <>
          <EvaluationSplits stored={stored} />
          <EvaluationProblems stored={stored} stage={STAGES[shown.label]} />
        </>
      )}
    </Panel>
  )
}

function note({ problems, attempts = 1 }: Evaluation): string {
  const n = attempts === 1 ? 'one attempt a problem' : `${attempts} attempts a problem: reward is avg@${attempts}, with the sample deviation over the ${attempts} runs in brackets`
  return `${problems} held-out problems, ${n}. The lengths of the three stages share one axis.`
}
