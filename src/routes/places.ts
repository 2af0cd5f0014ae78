/** The places of the lab, in the order of the work: data, training, its record, the judges, the results. */
export interface Place {
  readonly path: '/datasets' | '/train' | '/runs' | '/judges' | '/models'
  readonly label: string
  /** What the place is for, in one line under its heading. */
  readonly note: string
}

export const PLACES: readonly Place[] = [
  { path: '/datasets', label: 'Datasets', note: 'Problems, proofs and rubrics: read them row by row. Files stay in this browser.' },
  { path: '/train', label: 'Train', note: 'Supervised fine-tuning, then GRPO with rubric rewards, or the whole QED-Nano recipe: in this tab.' },
  { path: '/runs', label: 'Runs', note: 'Every run of this browser: its curves, its rollouts, and where it can go on.' },
  { path: '/judges', label: 'Judges', note: 'Which judge is lenient, with which solver, in which domain, and how sure that is.' },
  { path: '/models', label: 'Models', note: 'Pretrained models from your disk, and the checkpoints of your runs: ask them, grade them, export them.' },
]
