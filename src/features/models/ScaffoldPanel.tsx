/** Prove one problem with more than one call: which scaffold, by whom, what it cost, and what it was worth. */
import { useEffect, useState } from 'react'
import { SCAFFOLDS } from '../../posttrain/scaffolds'
import { scaffoldOf, useProving, type Account } from '../../state/proving'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { MathText } from '../../ui/MathText'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import type { Proving } from '../../../workers/data/protocol'
import { ScaffoldForm } from './ScaffoldForm'
import styles from './ScaffoldPanel.module.css'
import { ScorePlot } from './ScorePlot'

const count = new Intl.NumberFormat('en')
const labelOf = (id: string) => (Object.hasOwn(SCAFFOLDS, id) ? scaffoldOf(id).label : id)

export function ScaffoldPanel() {
  const { all, accounts, active, failure, list, cancel, dismiss } = useProving()
  const [openId, setOpen] = useState<string | null>(null)
  const [isFormOpen, setFormOpen] = useState(false)
  useEffect(() => void list(), [list])
  const provings = all ?? []
  const underway = active && accounts[active.id]
  const open = provings.find((p) => p.id === (openId ?? active?.id)) ?? provings[0]
  const same = open ? provings.filter((p) => p.problem === open.problem && whoOf(p) === whoOf(open)) : []
  const points = same.flatMap((p) => {
    const account = accounts[p.id]
    return account && account.score !== null ? [{ id: p.id, label: labelOf(p.scaffold), tokens: account.outputTokens, score: account.score }] : []
  })
  return (
    <Panel
      title="Prove with a scaffold"
      note="Several calls on one problem: summarised and gone on from, reviewed and refined, merged, or directed by a planner. Every reply is kept as it comes, so that a stop or a reload repeats none."
      actions={<Button aria-expanded={isFormOpen} onClick={() => setFormOpen(!isFormOpen)}>{isFormOpen ? 'Close the form' : 'New proving'}</Button>}
    >
      {isFormOpen && <ScaffoldForm isBusy={active !== null} onBegin={() => setOpen(null)} />}
      {active && (
        <Progress
          label={active.waiting.length > 0 ? `Waiting for ${active.waiting.slice(0, 3).join(', ')}${active.waiting.length > 3 ? ` and ${active.waiting.length - 3} more` : ''}` : 'Beginning'}
          value={underway ? underway.calls : null} max={underway?.mostCalls ?? 1}
          count={underway ? `${underway.calls} calls of at most ${underway.mostCalls}, ${count.format(underway.inputTokens)} tokens read, ${count.format(underway.outputTokens)} written` : undefined}
          onCancel={cancel}
        />
      )}
      {failure && <ErrorCard failure={failure} onRetry={dismiss} retryLabel="Dismiss" />}
      {open && (
        <div className={styles.list}>
          <ProvingTable provings={provings} accounts={accounts} openId={open.id} isBusy={active !== null} onOpen={setOpen} />
          {points.length > 1 && (
            <div>
              <h3 className={styles.head}>Grade against compute on this problem, {whoOf(open)}</h3>
              <ScorePlot points={points} />
            </div>
          )}
          <div className={styles.answer} data-proving={open.answer ? 'answered' : 'open'}>
            <h3 className={styles.head}>Problem</h3>
            <MathText text={open.problem} />
            <h3 className={styles.head}>{open.answer ? `Proof${open.answer.from ? `, from ${open.answer.from}` : ''}` : 'No answer yet'}</h3>
            {open.answer ? open.answer.proof ? <MathText text={open.answer.proof} /> : <p>No call gave a usable proof.</p> : null}
          </div>
        </div>
      )}
    </Panel>
  )
}

function whoOf({ source }: Proving): string {
  return source.kind === 'tab' ? source.name : source.model
}

interface ProvingTableProps {
  readonly provings: readonly Proving[]
  readonly accounts: Readonly<Record<string, Account>>
  readonly openId: string
  readonly isBusy: boolean
  readonly onOpen: (id: string) => void
}

function ProvingTable({ provings, accounts, openId, isBusy, onOpen }: ProvingTableProps) {
  const { resume, remove } = useProving.getState()
  return (
    // Scrolls sideways on a narrow screen, so it must be reachable by keyboard.
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Provings, table">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Scaffold</th>
            <th scope="col" className={styles.words}>Problem</th>
            <th scope="col" className={styles.words}>By</th>
            <th scope="col" title="By the checker; only problems of tiny proofs have one">Grade</th>
            <th scope="col">Calls</th>
            <th scope="col">Tokens read</th>
            <th scope="col">Tokens written</th>
            <th scope="col" title="Tokens written, over those of the single attempt at the same problem by the same model">× single</th>
            <th scope="col">Do</th>
          </tr>
        </thead>
        <tbody>
          {provings.map((p) => {
            const account = accounts[p.id]
            const single = provings.find((q) => q.scaffold === 'single' && q.answer && q.problem === p.problem && whoOf(q) === whoOf(p))
            const base = single && accounts[single.id]?.outputTokens
            return (
              <tr key={p.id} data-open={p.id === openId || undefined} data-scaffold={p.scaffold} data-calls={account?.calls}>
                <th scope="row">{labelOf(p.scaffold)}</th>
                <td className={styles.words}>{p.problem.slice(0, 80)}</td>
                <td className={styles.words}>{whoOf(p)}</td>
                <td>{account?.score === null || account === undefined ? '—' : `${account.score}/7`}</td>
                <td>{account ? (p.answer ? account.calls : `${account.calls} of ≤ ${account.mostCalls}`) : '—'}</td>
                <td>{account ? count.format(account.inputTokens) : '—'}</td>
                <td>{account ? count.format(account.outputTokens) : '—'}</td>
                <td>{account && base && p.answer ? (account.outputTokens / base).toFixed(2) : '—'}</td>
                <td>
                  <span className={styles.buttons}>
                    <Button onClick={() => onOpen(p.id)} aria-pressed={p.id === openId}>Read</Button>
                    {!p.answer && <Button disabled={isBusy} onClick={() => void resume(p)}>Resume</Button>}
                    <Button disabled={isBusy} onClick={() => void remove(p.id)} aria-label={`Delete ${labelOf(p.scaffold)}`}>Delete</Button>
                  </span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
