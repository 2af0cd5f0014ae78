/** What computes each analysis. Heavy: the statistics worker's side of the catalogue. */
import type { Exhibit } from '../exhibit'
import { agreementTable, blandAltmanView, humansAmongThemselves, repeatedRuns } from './agreementViews'
import { lengthAndFormat, ownFamily, perturbedProofs } from './biases'
import { judgeCards } from './cards'
import type { ViewContext } from './context'
import { ablations, contamination, domainGroups, twoRubrics } from './contrasts'
import { calibration, fewLabels, scoreIntervals, transport } from './correction'
import { corrected, passDecisions, thresholds } from './decisions'
import { equivalenceView, pooling, tests } from './inference'
import { altTestView, juryView } from './juries'
import { generalizability, ranking, severityView } from './models'
import { anchors, granularity, planner } from './planning'
import { profileView } from './profiles'
import { humanScores, judgeScores, useOfScale } from './scores'

/** Yields the share done, 0..1; returns the exhibits in the order they are shown. */
export type ViewSteps = (context: ViewContext) => Generator<number, Exhibit[]>

export const VIEW_STEPS: Readonly<Record<string, ViewSteps>> = {
  human: humanScores, judge: judgeScores, scale: useOfScale,
  rubrics: twoRubrics, groups: domainGroups, ablation: ablations, contamination,
  pass: passDecisions, sweep: thresholds, corrected,
  agreement: agreementTable, humans: humansAmongThemselves, blandAltman: blandAltmanView, consistency: repeatedRuns,
  tests, equivalence: equivalenceView, pooling,
  self: ownFamily, length: lengthAndFormat, probes: perturbedProofs,
  calibration, ppi: fewLabels, transport, conformal: scoreIntervals,
  severity: severityView, generalizability, ranking,
  profile: profileView,
  jury: juryView, alt: altTestView,
  cards: judgeCards, planner, anchors, granularity,
}
