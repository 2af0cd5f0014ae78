/** The Python files of the export. Their settings come from `configs/`; nothing of a run is written into them. */

export const TRAIN_SFT = String.raw`"""Stage 1: supervised fine-tuning with TRL.   accelerate launch train_sft.py configs/trl_sft.yaml"""
import sys

import yaml
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer


def main(path):
    with open(path, encoding="utf-8") as file:
        settings = yaml.safe_load(file)
    tokenizer = AutoTokenizer.from_pretrained(settings["model"])
    model = AutoModelForCausalLM.from_pretrained(settings["model"])
    rows = load_dataset("parquet", data_files=settings["dataset"], split="train")

    def pair(row):
        # The generation prompt ends with <think>: the completion begins right behind it.
        user = [{"role": "user", "content": settings["proof_prompt"] + "\n\n" + row["problem"]}]
        prompt = tokenizer.apply_chat_template(user, add_generation_prompt=True, tokenize=False)
        return {"prompt": prompt, "completion": row["reasoning_content"] + "\n</think>\n" + row["proof"] + tokenizer.eos_token}

    rows = rows.map(pair, remove_columns=rows.column_names)
    before = len(rows)
    rows = rows.filter(lambda row: len(tokenizer(row["prompt"] + row["completion"], add_special_tokens=False)["input_ids"]) <= settings["max_tokens"])
    print(f"{before - len(rows)} of {before} rows are longer than {settings['max_tokens']} tokens and set aside whole")
    SFTTrainer(model=model, args=SFTConfig(**settings["config"]), train_dataset=rows, processing_class=tokenizer).train()


if __name__ == "__main__":
    main(sys.argv[1])
`

export const RUBRIC_REWARD = String.raw`"""Rubric rewards: a judge behind an OpenAI-compatible endpoint grades each proof from 0 to 7.

JUDGE_BASE_URL (http://localhost:8001/v1), JUDGE_MODEL (openai/gpt-oss-20b) and JUDGE_API_KEY say where it is.
"""
import json
import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openai import APIStatusError, APITimeoutError, OpenAI, RateLimitError

HERE = Path(__file__).parent
PROMPT = (HERE / "prompts" / "grader.txt").read_text(encoding="utf-8")
MODEL = os.environ.get("JUDGE_MODEL", "openai/gpt-oss-20b")
WAITS = (15, 30, 60)  # seconds between the attempts
SCORE = re.compile(r"<score>\s*(\d+)\s*</score>", re.IGNORECASE)
counts = Counter()
_client = None


def client():
    global _client
    if _client is None:
        _client = OpenAI(base_url=os.environ.get("JUDGE_BASE_URL", "http://localhost:8001/v1"), api_key=os.environ.get("JUDGE_API_KEY", "none"), timeout=900, max_retries=0)
    return _client


def proof_of(completion):
    """What follows the last </think>; an unfinished thought has no proof."""
    _, tag, proof = completion.rpartition("</think>")
    for end in ("<|im_end|>", "<|endoftext|>", "</s>", "<pad>"):
        proof = proof.replace(end, "")
    return proof.strip() if tag else ""


def parse(reply):
    """Points of the first score tag, at most 7; None without one."""
    found = SCORE.search(reply)
    return min(7, int(found.group(1))) if found else None


def fill(problem, rubric, proof):
    slots = {"problem": problem, "marking_scheme": rubric, "solution": proof}
    # One pass: a slot's name inside a proof is text.
    return re.sub(r"\{(problem|marking_scheme|solution)\}", lambda slot: slots[slot.group(1)], PROMPT)


def grade(problem, rubric, proof):
    """(score, cause): a score of None says that no grade could be had, and the cause says why."""
    if not proof:
        return 0, "no_input"
    causes = []
    for wait in (*WAITS, None):
        try:
            reply = client().chat.completions.create(model=MODEL, temperature=1.0, messages=[{"role": "user", "content": fill(problem, rubric, proof)}])
            score = parse(reply.choices[0].message.content or "")
            return (score, None) if score is not None else (None, "no_score_tag")
        except RateLimitError:
            causes.append("rate_limit")
        except APITimeoutError:
            causes.append("timeout")
        except (APIStatusError, OSError):
            causes.append("other")
        if wait is not None:
            time.sleep(wait)
    return None, causes[0] if len(set(causes)) == 1 and causes[0] != "other" else "all_attempts_failed"


def rubric_reward(prompts, completions, problem, rubrics, **_):
    """TRL reward function: score / 7. A proof without a grade earns 0, as published, and is counted by its cause."""
    texts = [c if isinstance(c, str) else c[-1]["content"] for c in completions]
    with ThreadPoolExecutor(max_workers=64) as pool:
        grades = list(pool.map(lambda row: grade(row[0], row[1], proof_of(row[2])), zip(problem, rubrics, texts)))
    for _, cause in grades:
        counts[cause or "graded"] += 1
    with open(HERE / "verifier_log.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps(counts) + "\n")
    return [(score or 0) / 7 for score, _ in grades]
`

export const TRAIN_GRPO = String.raw`"""Stage 2: GRPO with rubric rewards with TRL.   accelerate launch train_grpo.py configs/trl_grpo.yaml"""
import sys

import yaml
from datasets import load_dataset
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from rubric_reward import rubric_reward


def main(path):
    with open(path, encoding="utf-8") as file:
        settings = yaml.safe_load(file)
    rows = load_dataset("parquet", data_files=settings["dataset"], split="train")
    rows = rows.map(lambda row: {"prompt": [{"role": "user", "content": settings["proof_prompt"] + "\n\n" + row["problem"]}]})
    rows = rows.select_columns(["prompt", "problem", "rubrics"])
    GRPOTrainer(
        model=settings["model"],
        args=GRPOConfig(**settings["config"]),
        train_dataset=rows,
        processing_class=AutoTokenizer.from_pretrained(settings["model"]),
        reward_funcs=rubric_reward,
    ).train()


if __name__ == "__main__":
    main(sys.argv[1])
`

export const EVALUATE = String.raw`"""avg@n on the held-out problems, rollouts and judging both by vLLM.

   python evaluate.py data/heldout.parquet out.jsonl --n 3
ROLLOUT_BASE_URL (http://localhost:8000/v1) and ROLLOUT_MODEL (model) name the policy; the judge as in rubric_reward.py.
The lines of out.jsonl open in QED-Nano's viewer. What is in the file already is not asked for again.
"""
import argparse
import json
import os
import re
import statistics
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from datasets import load_dataset
from openai import OpenAI

from rubric_reward import grade, proof_of

HERE = Path(__file__).parent
SETTINGS = yaml.safe_load((HERE / "configs" / "trl_grpo.yaml").read_text(encoding="utf-8"))


EVALUATION = re.compile(r"^(?:(#{1,6})[ \t]*)?(?:\*\*|__)?[ \t]*(?:(?:self|final)(?:[ \t-]+(?:self|final))?[ \t-]*)?evaluation[ \t]*:?[ \t]*(?:\*\*|__)?[ \t]*:?[ \t]*#*[ \t]*$", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6})[ \t]+\S")


def without_self_evaluation(solution):
    """Sections of self-evaluation taken out, from their heading to the next of the same or a higher level."""
    kept, dropping, is_code = [], None, False
    for line in solution.split("\n"):
        if re.match(r"[ \t]*(\`\`\`|~~~)", line):
            is_code = not is_code
        evaluation = None if is_code else EVALUATION.match(line.rstrip())
        heading = None if is_code else HEADING.match(line)
        if evaluation:
            dropping = dropping or (len(evaluation.group(1)) if evaluation.group(1) else 7)
        elif dropping and heading and len(heading.group(1)) <= dropping:
            dropping = None
        if not dropping:
            kept.append(line)
    return "\n".join(kept).strip()


def attempt(policy, row, run):
    user = SETTINGS["proof_prompt"] + "\n\n" + row["problem"]
    sampling = SETTINGS["config"]
    reply = policy.chat.completions.create(
        model=os.environ.get("ROLLOUT_MODEL", "model"),
        messages=[{"role": "user", "content": user}],
        temperature=sampling["temperature"],
        max_tokens=sampling["max_completion_length"],
        extra_body={"skip_special_tokens": False},
    )
    text = reply.choices[0].message.content or ""
    proof = without_self_evaluation(proof_of(text))
    score, cause = grade(row["problem"], row["rubrics"], proof)
    return {
        "problem": row["problem"], "run": run, "model_solution": proof,
        "history": [{"role": "user", "content": user}, {"role": "assistant", "content": text}],
        "schema_0": [{"title": "Proof Grade", "desc": row["rubrics"], "points": 7}],
        "grade": [{"points": score, "desc": cause or ""}], "score": score, "source": row.get("source", ""),
        "cost_run": {"input_tokens": reply.usage.prompt_tokens, "output_tokens": reply.usage.completion_tokens, "cost": 0},
        "truncated": reply.choices[0].finish_reason == "length",
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("problems")
    parser.add_argument("out")
    parser.add_argument("--n", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=64)
    options = parser.parse_args()
    out = Path(options.out)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []
    done = {(line["problem"], line["run"]) for line in lines}
    rows = load_dataset("parquet", data_files=options.problems, split="train")
    todo = [(row, run) for run in range(options.n) for row in rows if (row["problem"], run) not in done]
    policy = OpenAI(base_url=os.environ.get("ROLLOUT_BASE_URL", "http://localhost:8000/v1"), api_key="none", timeout=7200)
    with ThreadPoolExecutor(options.concurrency) as pool, out.open("a", encoding="utf-8") as file:
        for line in pool.map(lambda job: attempt(policy, *job), todo):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            lines.append(line)
    runs = [statistics.mean((line["score"] or 0) / 7 * 100 for line in lines if line["run"] == run) for run in range(options.n)]
    spread = f" ({statistics.stdev(runs):.1f})" if len(runs) > 1 else ""
    truncated = sum(line["truncated"] for line in lines) / len(lines)
    print(f"avg@{options.n} {statistics.mean(runs):.1f} %{spread}, truncated {truncated:.3f}, without a grade {sum(line['score'] is None for line in lines)}")


if __name__ == "__main__":
    main()
`

export const LAB_DATASET = String.raw`"""Rows of this export for PipelineRL: FineProofs-RL columns under the names that its math domain reads."""
import os
from pathlib import Path

from datasets import load_dataset

HERE = Path(os.environ.get("HANDOFF", Path(__file__).parent))


def load_datasets(dataset_names, seed=None):
    """dataset_names: parquet files of the export, e.g. data/rl.parquet."""
    names = [dataset_names] if isinstance(dataset_names, str) else list(dataset_names or [])
    problems = []
    for name in names:
        for row in load_dataset("parquet", data_files=str(HERE / name), split="train"):
            problems.append({"id": len(problems), "dataset": Path(name).stem, "task": row["problem"], "answer": "", "schema": row["rubrics"]})
    return problems
`
