/** The analyses of the Judges place: names, places and settings. Light: what computes them is in `index.ts`. */
import { AGREEMENT_SETTINGS, ALT_SETTINGS, ANCHOR_SETTINGS, CARD_SETTINGS, CONFORMAL_SETTINGS, CONTRAST_SETTINGS, CONDITION_SETTINGS, CORRECTED_SETTINGS, EQUIVALENCE_SETTINGS, GRID_SETTINGS, JUDGE, JURY_SETTINGS, LENGTH_SETTINGS, PLAN_SETTINGS, POOLING_SETTINGS, PPI_SETTINGS, RUBRIC_SETTINGS, SELF_SETTINGS, TESTS_SETTINGS, TRANSPORT_SETTINGS } from './settings'
import type { Setting } from './setting'

/** Parts of the query that an analysis depends on; the page shows controls for these alone. */
export type SharedSetting = 'rubric' | 'solver' | 'domain' | 'threshold' | 'bootstrap' | 'seed'

export interface ViewEntry {
  readonly id: string
  readonly label: string
  /** One line under the title: the question it answers. */
  readonly note: string
  readonly shared: readonly SharedSetting[]
  readonly settings: readonly Setting[]
}

export interface ViewGroup {
  readonly label: string
  readonly views: readonly ViewEntry[]
}

const SLICE = ['rubric', 'solver', 'domain'] as const
const BOOT = [...SLICE, 'bootstrap'] as const

const view = (id: string, label: string, note: string, shared: readonly SharedSetting[], settings: readonly Setting[] = []): ViewEntry => ({ id, label, note, shared, settings })

export const VIEW_GROUPS: readonly ViewGroup[] = [
  { label: 'Inflation', views: [view('matrix', 'Matrix', '', [])] },
  {
    label: 'Scores', views: [
      view('human', 'Human scores', 'How well each solver does in each domain, by the humans alone.', [...BOOT, 'threshold']),
      view('judge', 'Judge scores', 'What each judge gives, by solver, domain and rubric.', [...SLICE, 'threshold']),
      view('scale', 'Use of the scale', 'Does a judge use the whole scale, or say full marks to nearly everything?', SLICE),
    ],
  },
  {
    label: 'Contrasts', views: [
      view('rubrics', 'Two rubrics', 'Does the judge move when the rubric gets stricter, as humans do?', ['solver', 'domain', 'bootstrap'], RUBRIC_SETTINGS),
      view('groups', 'Domain groups', 'Is inflation larger in one group of domains than in the rest?', ['rubric', 'solver', 'bootstrap'], CONTRAST_SETTINGS),
      view('ablation', 'Ablations', 'The same judge under two conditions: what did the change do?', BOOT, CONDITION_SETTINGS),
      view('contamination', 'Contamination', 'Do problems flagged as seen before score or inflate differently?', BOOT),
    ],
  },
  {
    label: 'Decisions', views: [
      view('pass', 'Pass decisions', 'Which passing proofs does a judge fail, and which failing ones does it pass?', [...SLICE, 'threshold']),
      view('sweep', 'Thresholds and ROC', 'Would the conclusion hold at another pass mark?', [...SLICE, 'threshold'], [JUDGE]),
      view('corrected', 'Corrected pass rate', 'The pass rate with the judge’s own errors taken out.', [...SLICE, 'threshold', 'seed'], CORRECTED_SETTINGS),
    ],
  },
  {
    label: 'Agreement', views: [
      view('agreement', 'Agreement', 'How closely does each judge follow the humans, and does it beat judges that read nothing?', [...SLICE, 'seed'], AGREEMENT_SETTINGS),
      view('humans', 'Humans', 'How well do the humans agree among themselves? No judge can be measured more finely.', SLICE),
      view('blandAltman', 'Bland–Altman', 'Does leniency depend on the level of the proof?', SLICE, [JUDGE]),
      view('consistency', 'Repeated runs', 'Does a judge repeat itself, and what do several runs buy?', [...SLICE, 'threshold']),
    ],
  },
  {
    label: 'Inference', views: [
      view('tests', 'Tests', 'Which cells differ from 0, and which judges from each other, after all tests are counted?', [...SLICE, 'seed'], TESTS_SETTINGS),
      view('equivalence', 'Equivalence', 'Is a judge’s inflation surely smaller than a margin that matters?', SLICE, EQUIVALENCE_SETTINGS),
      view('pooling', 'Small cells', 'Cells of few problems, pulled towards what rows and columns say.', SLICE, POOLING_SETTINGS),
    ],
  },
  {
    label: 'Biases', views: [
      view('self', 'Own family', 'Does a judge favour proofs by models of its own maker?', BOOT, SELF_SETTINGS),
      view('length', 'Length and format', 'Do longer or more decorated proofs get more than humans would give?', SLICE, LENGTH_SETTINGS),
      view('pairs', 'Order of answers', '', []),
      view('probes', 'Perturbed proofs', 'What happens when a proof is padded, gutted, or tells the judge what to say?', [...SLICE, 'seed'], []),
    ],
  },
  {
    label: 'Correction', views: [
      view('calibration', 'Calibration', 'A map from judge to human scores, and how much error it removes.', [...SLICE, 'seed'], [JUDGE]),
      view('ppi', 'Few labels', 'The mean human score from a labelled part and the judge’s grades of the rest.', [...SLICE, 'seed'], PPI_SETTINGS),
      view('transport', 'Transport', 'Does a calibration made on one part hold on another?', ['rubric'], TRANSPORT_SETTINGS),
      view('conformal', 'Score intervals', 'For one proof: between which grades does the human’s lie?', [...SLICE, 'seed'], CONFORMAL_SETTINGS),
    ],
  },
  {
    label: 'Models', views: [
      view('severity', 'Severity', 'How strict is each rater, apart from which proofs it saw?', SLICE),
      view('generalizability', 'Generalizability', 'Where does the variance come from, and how many raters are enough?', SLICE),
      view('profile', 'As a reward', 'What would training against this judge reward?', [...SLICE, 'threshold'], [JUDGE]),
      view('ranking', 'Solver ranking', 'Does the judge put the solvers in the humans’ order?', [...SLICE, 'bootstrap'], [JUDGE]),
    ],
  },
  {
    label: 'Juries', views: [
      view('jury', 'Juries', 'Are several judges better than one, and how many are they really?', [...SLICE, 'threshold', 'seed'], JURY_SETTINGS),
      view('alt', 'Alt-test', 'May a judge stand in for a human annotator?', SLICE, ALT_SETTINGS),
    ],
  },
  { label: 'Run a judge', views: [view('run', 'Run a judge', '', [])] },
  { label: 'Proofs', views: [view('disagreements', 'Disagreements', '', [])] },
  {
    label: 'Report', views: [
      view('cards', 'Judge cards', 'One page a judge.', [...SLICE, 'threshold', 'bootstrap'], CARD_SETTINGS),
      view('planner', 'Planner', 'How many labels a question needs, before they are paid for.', [], PLAN_SETTINGS),
      view('report', 'Report', '', []),
    ],
  },
  {
    label: 'Data', views: [
      view('data', 'Table and gaps', '', []),
      view('anchors', 'Published anchors', 'Do this table’s numbers reproduce the published ones?', ['threshold'], ANCHOR_SETTINGS),
      view('granularity', 'Granularity', 'Can a published mean come from whole steps of a grading scale?', [], GRID_SETTINGS),
    ],
  },
]

export const VIEWS: readonly ViewEntry[] = VIEW_GROUPS.flatMap((g) => g.views)

/** Views that the page draws by itself; all others are exhibits of the statistics worker. */
export const OWN_PANELS: ReadonlySet<string> = new Set(['matrix', 'run', 'pairs', 'disagreements', 'report', 'data'])

export function viewNamed(id: string | undefined): ViewEntry {
  return VIEWS.find((v) => v.id === id) ?? VIEWS[0]!
}
