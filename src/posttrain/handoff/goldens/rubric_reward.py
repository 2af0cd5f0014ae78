"""Rubric rewards: a judge behind an OpenAI-compatible endpoint grades each proof from 0 to 7.

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
