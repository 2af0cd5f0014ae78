/** The table of a recipe: every model under every scaffold on the held-out problems, and what the paper lets one expect of it. */
import { useId } from 'react'
import { POLICIES, SCAFFOLD_NAMES, type PolicyName, type ScaffoldName } from '../posttrain/recipe'
import { findings, recipeTable, type StageResult, type TableCell } from '../posttrain/recipeResults'
import { Badge } from './Badge'
import styles from './RecipeTable.module.css'

const POLICY: Readonly<Record<PolicyName, string>> = { base: 'Base', sft: 'SFT', rl: 'RL', 'rc-rl': 'RC-RL' }
const SCAFFOLD: Readonly<Record<ScaffoldName, string>> = { single: 'Single', rc: 'Reasoning cache', dsm: 'DSM', rsa: 'RSA' }

export function RecipeTable({ results }: { results: readonly StageResult[] }) {
  const id = useId()
  const cells = results.flatMap((result) => (result.kind === 'evaluate' ? [result.cell] : []))
  if (cells.length === 0) return null
  const table = recipeTable([cells])
  const at = (policy: PolicyName, scaffold: ScaffoldName) => table.find((c) => c.policy === policy && c.scaffold === scaffold)
  return (
    <div className={styles.block}>
      <p className={styles.note} id={id}>
        Mean grade on {cells[0]!.problems} held-out problems, in percent of 7 points; below it how many answers finished, and tokens a problem.
      </p>
      {/* Scrolls sideways on a narrow screen, so it must be reachable by keyboard. */}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Held-out grades by model and scaffold">
        <table className={styles.table} aria-describedby={id}>
          <thead>
            <tr>
              <th scope="col">Model</th>
              {SCAFFOLD_NAMES.map((name) => (
                <th key={name} scope="col">
                  {SCAFFOLD[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {POLICIES.map((policy) => (
              <tr key={policy}>
                <th scope="row">{POLICY[policy]}</th>
                {SCAFFOLD_NAMES.map((scaffold) => (
                  <td key={scaffold} data-cell={`${policy} ${scaffold}`}>
                    <CellView cell={at(policy, scaffold)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3 className={styles.heading}>What the paper lets one expect</h3>
      <ul className={styles.findings}>
        {findings(table).map(({ claim, value, isMet }) => (
          <li key={claim}>
            <Badge tone={isMet === null ? 'neutral' : isMet ? 'good' : 'warn'}>{isMet === null ? 'Not measured' : isMet ? 'Met' : 'Not met'}</Badge> {claim}
            {value !== null && Number.isFinite(value) ? `: ${value.toFixed(2)}` : ''}
          </li>
        ))}
      </ul>
      <p className={styles.note}>One seed and {cells[0]!.problems} problems: small differences are chance, and orderings of a model this small can come out otherwise; <code>docs/recipe.md</code> has several seeds.</p>
    </div>
  )
}

function CellView({ cell }: { cell: TableCell | undefined }) {
  if (!cell) return <span className={styles.quiet}>—</span>
  return (
    <>
      <strong>{cell.grade.toFixed(1)}</strong>
      <span className={styles.quiet}>
        {(cell.finished * 100).toFixed(0)} % · {cell.tokens.toFixed(0)} tokens{cell.multiple !== null && cell.scaffold !== 'single' ? ` · ×${cell.multiple.toFixed(1)}` : ''}
      </span>
    </>
  )
}
