"""avg@n on the held-out problems, rollouts and judging both by vLLM.

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
