/** Settings of the analyses, by name, so that the page and the analysis read the same. */
import type { ChoiceSetting, NameSetting, NamesSetting, NumberSetting, Setting, TextSetting } from './setting'

export const JUDGE: NameSetting = { kind: 'name', id: 'of', label: 'Judge', of: 'judges' }
export const FROM_RUBRIC: NameSetting = { kind: 'name', id: 'from', label: 'From rubric', of: 'rubrics', place: 1 }
export const TO_RUBRIC: NameSetting = { kind: 'name', id: 'to', label: 'To rubric', of: 'rubrics', place: 0 }
export const RUBRIC_SETTINGS: readonly Setting[] = [FROM_RUBRIC, TO_RUBRIC]

export const GROUP: NamesSetting = { kind: 'names', id: 'group', label: 'First group', of: 'domains', meaning: 'Which domains count as discrete is not published: the choice is yours.' }
export const CONTRAST_SETTINGS: readonly Setting[] = [GROUP]

export const CONDITION_A: NameSetting = { kind: 'name', id: 'a', label: 'Condition', of: 'conditions', place: 1 }
export const CONDITION_B: NameSetting = { kind: 'name', id: 'b', label: 'Against', of: 'conditions', place: 0 }
export const CONDITION_SETTINGS: readonly Setting[] = [CONDITION_A, CONDITION_B]

export const LABEL_SHARE: NumberSetting = { kind: 'number', id: 'labels', label: 'Labelled problems, %', min: 2, max: 95, step: 1, start: 30, meaning: 'Drawn by the seed; the other problems’ human grades are hidden from the estimate.' }
export const CALIBRATION: ChoiceSetting = { kind: 'choice', id: 'calib', label: 'Calibration', options: [{ value: 'shared', label: 'shared by solvers' }, { value: 'solver', label: 'per solver' }] }
export const CORRECTED_SETTINGS: readonly Setting[] = [LABEL_SHARE, CALIBRATION]

export const TAU: ChoiceSetting = { kind: 'choice', id: 'tau', label: 'τ-b ties', options: [{ value: 'oneSide', label: 'one side (usual)' }, { value: 'bothSides', label: 'both sides too' }] }
export const WITHIN: NumberSetting = { kind: 'number', id: 'within', label: 'Within', min: 0, max: 1, step: 0.05, start: 0.25 }
export const AGREEMENT_SETTINGS: readonly Setting[] = [WITHIN, TAU]

export const FAMILY_OF_TESTS: ChoiceSetting = { kind: 'choice', id: 'cells', label: 'Cells', options: [{ value: 'domain', label: 'judge × domain' }, { value: 'solver', label: 'judge × solver' }, { value: 'judge', label: 'judges' }] }
export const DRAWS: NumberSetting = { kind: 'number', id: 'flips', label: 'Sign flips', min: 500, max: 100_000, step: 500, start: 10_000 }
export const TESTS_SETTINGS: readonly Setting[] = [FAMILY_OF_TESTS, DRAWS]

export const MARGIN: NumberSetting = { kind: 'number', id: 'margin', label: 'Margin', min: 0.005, max: 0.5, step: 0.005, start: 0.05, meaning: 'The largest inflation that would not matter. Fix it before looking.' }
export const EQUIVALENCE_SETTINGS: readonly Setting[] = [MARGIN, FAMILY_OF_TESTS]
export const POOL_COLUMNS: ChoiceSetting = { kind: 'choice', id: 'pool', label: 'Cells', options: [{ value: 'domain', label: 'judge × domain' }, { value: 'solver', label: 'judge × solver' }] }
export const POOLING_SETTINGS: readonly Setting[] = [POOL_COLUMNS]

export const OWN: TextSetting = { kind: 'text', id: 'own', label: 'Own solvers', placeholder: 'Judge: Solver, Solver; Judge: Solver', meaning: 'Left empty, makers are read from family columns or from model names.' }
export const SELF_SETTINGS: readonly Setting[] = [OWN]
export const LENGTH_SETTINGS: readonly Setting[] = [JUDGE]

export const FIT_ON: NameSetting = { kind: 'name', id: 'fit', label: 'Fitted on solver', of: 'solvers' }
export const TRANSPORT_SETTINGS: readonly Setting[] = [JUDGE, FIT_ON, MARGIN]
export const PPI_SETTINGS: readonly Setting[] = [LABEL_SHARE]
export const MISS: NumberSetting = { kind: 'number', id: 'miss', label: 'Missed at most', min: 0.01, max: 0.5, step: 0.01, start: 0.1, meaning: 'Share of proofs whose human grade may lie outside its interval.' }
export const CONFORMAL_SETTINGS: readonly Setting[] = [JUDGE, MISS]

export const JURORS: NamesSetting = { kind: 'names', id: 'jury', label: 'Members', of: 'judges' }
export const SPREAD: NumberSetting = { kind: 'number', id: 'spread', label: 'Re-run when grades differ by more than', min: 0, max: 1, step: 0.05, start: 0.3 }
export const JURY_SETTINGS: readonly Setting[] = [JURORS, SPREAD]

export const EPSILON: NumberSetting = { kind: 'number', id: 'eps', label: 'ε', min: 0, max: 0.5, step: 0.05, start: 0.2, meaning: 'What a human costs more than a judge: 0.1 for lay people, 0.15 skilled, 0.2 experts.' }
export const LEAST: NumberSetting = { kind: 'number', id: 'least', label: 'Items a human, at least', min: 2, max: 1000, step: 1, start: 30 }
export const ALT_SETTINGS: readonly Setting[] = [EPSILON, LEAST]

export const BAR: NumberSetting = { kind: 'number', id: 'bar', label: 'Certificate bar', min: 0.5, max: 0.99, step: 0.01, start: 0.8 }
export const CARD_SETTINGS: readonly Setting[] = [BAR, OWN]

export const PLAN_SD: NumberSetting = { kind: 'number', id: 'sd', label: 'SD of judge − human', min: 0.01, max: 1, step: 0.01, start: 0.3 }
export const PLAN_RHO: NumberSetting = { kind: 'number', id: 'rho', label: 'Correlation within a problem', min: 0, max: 1, step: 0.05, start: 0.3 }
export const PLAN_PROOFS: NumberSetting = { kind: 'number', id: 'per', label: 'Proofs a problem', min: 1, max: 100, step: 1, start: 5 }
export const PLAN_MARGIN: NumberSetting = { kind: 'number', id: 'wish', label: 'Wanted ±', min: 0.005, max: 0.5, step: 0.005, start: 0.05 }
export const PLAN_KAPPA: NumberSetting = { kind: 'number', id: 'kappa', label: 'Expected κ', min: 0, max: 0.99, step: 0.05, start: 0.6 }
export const PLAN_BUDGET: NumberSetting = { kind: 'number', id: 'budget', label: 'Calibration labels', min: 4, max: 100_000, step: 1, start: 200 }
export const PLAN_SETTINGS: readonly Setting[] = [PLAN_SD, PLAN_RHO, PLAN_PROOFS, PLAN_MARGIN, PLAN_KAPPA, PLAN_BUDGET]

export const ANCHOR_SETTINGS: readonly Setting[] = []
export const GRID_MEAN: NumberSetting = { kind: 'number', id: 'mean', label: 'Published mean', min: 0, max: 1, step: 0.01, start: 0.63 }
export const GRID_N: NumberSetting = { kind: 'number', id: 'n', label: 'N', min: 1, max: 100_000, step: 1, start: 36 }
export const GRID_SETTINGS: readonly Setting[] = [GRID_MEAN, GRID_N]
