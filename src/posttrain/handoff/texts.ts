/** Every text file of a hand-off, by its path inside the export. */
import { PROOF_PROMPT } from '../../proofs/tinyProofs/vocabulary'
import { departuresText } from './departures'
import { GRADER_PROMPT } from './graderPrompt'
import type { HandoffRun } from './handoffRun'
import { pipelineRl } from './pipelineRl'
import { handoffReadme } from './readme'
import { EVALUATE, LAB_DATASET, RUBRIC_REWARD, TRAIN_GRPO, TRAIN_SFT } from './scripts'
import { trlGrpo, trlSft } from './trl'

export function handoffTexts(run: HandoffRun): { readonly name: string; readonly text: string }[] {
  return [
    { name: 'README.md', text: handoffReadme(run) },
    { name: 'DEPARTURES.md', text: departuresText(run) },
    { name: 'configs/trl_sft.yaml', text: trlSft(run) },
    { name: 'configs/trl_grpo.yaml', text: trlGrpo(run) },
    { name: 'configs/qed_nano_lab.yaml', text: pipelineRl(run) },
    { name: 'train_sft.py', text: TRAIN_SFT },
    { name: 'train_grpo.py', text: TRAIN_GRPO },
    { name: 'rubric_reward.py', text: RUBRIC_REWARD },
    { name: 'evaluate.py', text: EVALUATE },
    { name: 'lab_dataset.py', text: LAB_DATASET },
    { name: 'prompts/proof.txt', text: `${PROOF_PROMPT}\n\n{problem}\n` },
    { name: 'prompts/grader.txt', text: GRADER_PROMPT },
  ]
}
