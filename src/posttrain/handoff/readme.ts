import { contextOf, heldOutFile, runsOnVllm, type HandoffDataset, type HandoffRun } from './handoffRun'

/** The export's README: what is in it, and the commands that go on from here on a cluster. */
export function handoffReadme(run: HandoffRun): string {
  const { record, checkpoint, preset } = run
  const context = contextOf(run)
  const stage = checkpoint.stage === 'sft' ? 'supervised fine-tuning' : 'reinforcement learning'
  const hasVllm = runsOnVllm(run)
  const sets = [run.sft, run.rl, ...(run.heldOut ? [run.heldOut] : [])]
  return `# ${oneLine(record.name)}: hand-off

Run \`${oneLine(record.name)}\`, preset \`${record.preset}\`, seed ${record.seed}: weights of step ${checkpoint.step} of ${record.totalSteps} (${stage}), ${run.parameters.toLocaleString('en')} parameters.

| path | what |
|---|---|
| \`model/\` | ${run.weights === 'model' ? 'Hugging Face folder: config, float32 weights, tokenizer with chat template' : 'PEFT adapter; its base model is not in this export'} |
| \`data/\` | the run's datasets in the schemas of FineProofs-SFT and FineProofs-RL |
| \`configs/trl_sft.yaml\`, \`train_sft.py\` | stage 1 with TRL |
| \`configs/trl_grpo.yaml\`, \`train_grpo.py\`, \`rubric_reward.py\` | stage 2 with TRL, a judge as reward |
| \`configs/qed_nano_lab.yaml\`, \`lab_dataset.py\` | stage 2 with PipelineRL in the QED-Nano fork |
| \`evaluate.py\` | avg@n on held-out problems, rollouts and judging by vLLM |
| \`prompts/\` | the proof prompt and the judge's prompt |
| \`rollouts/\` | every logged step: \`completions_NNNNN.parquet\` in TRL's columns, \`tables.jsonl\` in those of QED-Nano's tables |
| \`evaluations/\` | every held-out attempt, in the columns of QED-Nano's viewer |
| \`metrics.csv\`, \`metrics_pipelinerl.csv\` | all metrics under TRL's names, and under PipelineRL's |
| \`DEPARTURES.md\` | what these configurations cannot express. Read it first |

Field names are those of TRL's \`SFTConfig\` and \`GRPOConfig\` and of QED-Nano's training configuration as of 2026.

## Datasets

${sets.map(line).join('\n')}

## Servers: vLLM on Ray

\`\`\`sh
pip install "trl[vllm]" "ray[default]" openai datasets pyyaml accelerate
ray start --head --port=6379                 # on the first node
ray start --address=HEAD_NODE:6379           # on every other node

# Judge; --data-parallel-size is the number of replicas over the cluster.
vllm serve openai/gpt-oss-20b --port 8001 --data-parallel-size 8 --data-parallel-backend ray --max-model-len 98304
export JUDGE_BASE_URL=http://HEAD_NODE:8001/v1 JUDGE_MODEL=openai/gpt-oss-20b
\`\`\`

## TRL

\`\`\`sh
accelerate launch train_sft.py configs/trl_sft.yaml
${hasVllm ? `CUDA_VISIBLE_DEVICES=0 trl vllm-serve --model model --port 8000 --max_model_len ${context} &   # rollouts of the policy
CUDA_VISIBLE_DEVICES=1 accelerate launch --num_processes 1 train_grpo.py configs/trl_grpo.yaml` : 'accelerate launch --num_processes 1 train_grpo.py configs/trl_grpo.yaml'}
\`\`\`

${hasVllm ? '' : `This model's attention heads are ${run.model.head_dim} wide, less than vLLM takes, so TRL samples with transformers (\`use_vllm: false\`). `}With a larger model, set \`model\` in the configs to its name or folder, and \`max_completion_length\`, \`bf16\` and the batch to what it needs${(preset.grpo.variant ?? 'qed-nano') === 'qed-nano' ? `; \`max_grad_norm\` and \`adam_epsilon\` were divided by ${preset.grpo.maxNewTokens} and must follow the length` : ''}.

## PipelineRL

\`\`\`sh
git clone https://github.com/CMU-AIRe/QED-Nano && cd QED-Nano/training   # and install it as its README says
export HANDOFF=/path/to/this/folder PYTHONPATH=/path/to/this/folder
export OPENAI_BASE_URL=$JUDGE_BASE_URL OPENAI_API_KEY=none
cp $HANDOFF/configs/qed_nano_lab.yaml conf/
python -m pipelinerl.launch --config-name=qed_nano_lab output_dir=runs/lab
\`\`\`

## Evaluation

\`\`\`sh
${hasVllm ? `vllm serve ./model --served-model-name model --port 8000 --max-model-len ${context} --data-parallel-size 2 --data-parallel-backend ray
` : ''}python evaluate.py ${heldOutFile(run)} evaluation.jsonl --n ${preset.evaluationAttempts ?? 3}
\`\`\`
${hasVllm ? '' : '\nIt asks an OpenAI-compatible server for the policy: this model needs one that is not vLLM, e.g. `transformers serve`.\n'}`
}

function line({ name, rows, source, revision, licence, file, why }: HandoffDataset): string {
  const about = [source && `from ${source}`, revision && `revision ${revision}`, `licence ${licence ?? 'not stated'}`].filter(Boolean).join(', ')
  return `- ${file ? `\`${file}\`` : 'left out'}: ${oneLine(name)}, ${rows.toLocaleString('en')} rows, ${oneLine(about)}${why ? `. ${why}` : ''}`
}

/** Names are free text: they must not end a line or a code span. */
function oneLine(text: string): string {
  return text.replace(/[\s`|]+/g, ' ').trim()
}
