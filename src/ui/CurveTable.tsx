import { useState } from 'react'
import { valueAt, type Curve } from './curveData'
import styles from './LiveCurve.module.css'

/** Rows that the table shows at once; a complete table is the CSV. */
const ROWS = 100

/** The latest points of a chart as a table: to copy, to hear, to read exactly. */
export function CurveTable({ title, curves, format }: { title: string; curves: readonly Curve[]; format: (value: number) => string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className={styles.table} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Values</summary>
      {isOpen && <Rows title={title} curves={curves} format={format} />}
    </details>
  )
}

function Rows({ title, curves, format }: { title: string; curves: readonly Curve[]; format: (value: number) => string }) {
  const x = [...new Set(curves.flatMap((c) => [...c.x.subarray(Math.max(0, c.x.length - ROWS))]))].sort((a, b) => b - a).slice(0, ROWS)
  const total = new Set(curves.flatMap((c) => [...c.x])).size
  return (
    // Scrolls, so it must be reachable by keyboard.
     
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={`${title}, values`}>
      <table>
        <caption>{total > ROWS ? `Latest ${ROWS} of ${total} points; the CSV has all of them.` : `All ${total} points.`}</caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            {curves.map((c) => (
              <th scope="col" key={c.name}>
                {c.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.map((step) => (
            <tr key={step}>
              <th scope="row">{step}</th>
              {curves.map((c) => {
                const value = valueAt(c, step)
                return <td key={c.name}>{value === null ? '—' : format(value)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
