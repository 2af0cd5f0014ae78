/** The first page: what the lab is, and three doors that open on bundled sample data. */
import { Link } from '@tanstack/react-router'
import { preload } from './lazyPlaces'
import { PlaceFrame } from './PlaceFrame'
import type { Place } from './places'
import styles from './Home.module.css'

interface Door {
  readonly path: Place['path']
  readonly title: string
  readonly text: string
  readonly sample: string
}

const DOORS: readonly Door[] = [
  {
    path: '/datasets',
    title: 'Read a proof against its rubric',
    text: 'Open the bundled tiny-proofs dataset, or drop a FineProofs parquet or jsonl file.',
    sample: 'Sample data: generated, exactly checkable proofs',
  },
  {
    path: '/train',
    title: 'Train a model in this tab',
    text: 'Fine-tune a small model on traces, then let rubric rewards improve it, and watch the curves move.',
    sample: 'Sample data: the same tiny proofs',
  },
  {
    path: '/judges',
    title: 'See which judge is lenient',
    text: 'Score inflation by judge, solver and domain with an interval around each number, or drop your own grading table.',
    sample: 'Sample data: a synthetic 272 × 5 × 7 table',
  },
]

export function Home() {
  return (
    <PlaceFrame title="Proof Lab" note="A research lab for proof-writing language models. Everything computes and stays in this browser: no server, no account, no upload.">
      <ul className={styles.doors}>
        {DOORS.map(({ path, title, text, sample }) => (
          <li key={path} className={styles.door}>
            <h2 className={styles.title}>
              <Link to={path} className={styles.link} onPointerEnter={() => preload(path)} onFocus={() => preload(path)}>
                {title}
              </Link>
            </h2>
            <p>{text}</p>
            <p className={styles.sample}>{sample}</p>
          </li>
        ))}
      </ul>
    </PlaceFrame>
  )
}
