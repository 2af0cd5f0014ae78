/** What the judge is told, one text a rubric, side by side. */
import { startingText } from '../../../audit/judges/rubrics'
import { Button } from '../../../ui/Button'
import styles from './running.module.css'

/** By rubric name; a rubric that is not asked keeps its text. */
export type RubricTexts = Readonly<Record<string, { readonly text: string; readonly isAsked: boolean }>>

export function RubricsForm({ rubrics, onChange }: { readonly rubrics: RubricTexts; readonly onChange: (rubrics: RubricTexts) => void }) {
  return (
    <div className={styles.rubrics}>
      {Object.entries(rubrics).map(([name, { text, isAsked }]) => (
        <div key={name} className={styles.rubric}>
          <label className={styles.tick}>
            <input type="checkbox" checked={isAsked} onChange={() => onChange({ ...rubrics, [name]: { text, isAsked: !isAsked } })} />
            <span>Grade under “{name}”</span>
          </label>
          <textarea rows={10} aria-label={`What the judge is told under ${name}`} value={text} disabled={!isAsked} onChange={(e) => onChange({ ...rubrics, [name]: { text: e.target.value, isAsked } })} />
          {text === startingText(name) ? null : <div><Button onClick={() => onChange({ ...rubrics, [name]: { text: startingText(name), isAsked } })}>Restore the text</Button></div>}
        </div>
      ))}
    </div>
  )
}
