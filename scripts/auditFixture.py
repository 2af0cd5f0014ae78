"""Computes the inflation matrix of a grading table by a second program, to hold the lab's own to it.

  python3 scripts/auditFixture.py --table   writes e2e/fixtures/audit.csv (invented grades, uneven, with gaps)
  python3 scripts/auditFixture.py           reads it and writes e2e/fixtures/audit.expected.json

Only numpy is needed. The random generator is xoshiro128** seeded by SplitMix32, as in src/base/random.ts, written anew
with 32-bit masks, so that bootstrap percentiles can be compared digit by digit and not only in distribution.
"""
import csv
import json
import math
import pathlib
import sys

import numpy as np

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "e2e" / "fixtures"
M = 0xFFFFFFFF
SEED, REPLICATES, RUBRIC, THRESHOLD = 7, 2000, "expert", 0.9


def mix32(x):
    z = (x + 0x9E3779B9) & M
    z = ((z ^ (z >> 16)) * 0x21F0AAAD) & M
    z = ((z ^ (z >> 15)) * 0x735A2D97) & M
    return z ^ (z >> 15)


class Random:
    def __init__(self, seed, stream=0):
        x = mix32(seed & M) ^ mix32((stream ^ 0x51ED270B) & M)
        self.s = []
        for _ in range(4):
            x = mix32(x)
            self.s.append(x)

    def uint32(self):
        s = self.s
        x = (s[1] * 5) & M
        result = ((((x << 7) | (x >> 25)) & M) * 9) & M
        t = (s[1] << 9) & M
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = ((s[3] << 11) | (s[3] >> 21)) & M
        return result

    def below(self, n):
        limit = 2**32 - 2**32 % n
        while (x := self.uint32()) >= limit:
            pass
        return x % n


def stream_of(name):
    h = 0x811C9DC5
    units = name.encode("utf-16-le")
    for i in range(0, len(units), 2):
        h = ((h ^ int.from_bytes(units[i : i + 2], "little")) * 0x01000193) & M
    return h


def make_table():
    rng = np.random.default_rng(20260224)
    domains = {"Graph Theory": 9, "Analysis": 6, "Algorithms": 4, "Complex Analysis": 1}
    judges = {"judge-strict": -0.1, "judge-even": 0.0, "judge-lenient": 0.25}
    rows, problem = [], 0
    for domain, count in domains.items():
        for _ in range(count):
            problem += 1
            hard = rng.normal(0, 0.2)
            for solver in ["alpha", "beta", "gamma"][: int(rng.integers(1, 4))]:
                for attempt in range(int(rng.integers(1, 4))):
                    quality = 0.65 + hard + rng.normal(0, 0.2)
                    proof = f"Attempt {attempt + 1} of {solver}: let $x_{{{problem}}} > 0$, then \\(x^2 > 0\\)."
                    for rubric in ["expert", "course"]:
                        shift = -1 if rubric == "course" and rng.random() < 0.4 else 0
                        points = int(np.clip(np.round(quality * 7) + shift, 0, 7))
                        base = [f"Q{problem}", domain, solver, attempt, rubric]
                        for human in ["human-1", "human-2"][: int(rng.integers(1, 3))]:
                            rows.append(base + [human, "human", int(np.clip(points + rng.integers(-1, 2) * (human == "human-2"), 0, 7)), 7, proof])
                        for judge, severity in judges.items():
                            if rng.random() < 0.04:
                                continue
                            score = int(np.clip(np.round(points + 7 * severity + rng.normal(0, 1)), 0, 7))
                            u = rng.random()
                            cell = "" if u < 0.02 else "refused" if u < 0.03 else "no score tag" if u < 0.05 else 9 if u < 0.06 else score
                            rows.append(base + [judge, "llm", cell, 7, proof])
    rows.insert(40, rows[20])
    with open(FIXTURES / "audit.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["problem_id", "domain", "solver", "attempt", "rubric", "rater", "rater_kind", "score", "max", "proof"])
        w.writerows(rows)


def read_pairs():
    """(judge, proof, problem, solver, domain, judge score, human score) of the rubric, and the counts of the gaps."""
    seen, human, judge = set(), {}, {}
    counts = {"missing": 0, "refused": 0, "unparsed": 0, "out_of_range": 0, "duplicate": 0}
    with open(FIXTURES / "audit.csv", newline="") as f:
        for row in csv.DictReader(f):
            proof = (row["problem_id"], row["solver"], row["attempt"])
            key = proof + (row["rater"], row["rubric"])
            if key in seen:
                counts["duplicate"] += 1
                continue
            seen.add(key)
            text = row["score"]
            if text == "":
                counts["missing"] += 1
            elif text == "refused":
                counts["refused"] += 1
            elif not text.isdigit():
                counts["unparsed"] += 1
            elif int(text) > int(row["max"]):
                counts["out_of_range"] += 1
            elif row["rubric"] == RUBRIC:
                value = int(text) / int(row["max"])
                if row["rater_kind"] == "human":
                    human.setdefault(proof, {})[row["rater"]] = value
                else:
                    judge.setdefault(row["rater"], {})[proof] = (value, row["domain"])
    pairs = []
    for rater, grades in judge.items():
        for proof, (value, domain) in grades.items():
            if proof in human:
                pairs.append((rater, "|".join(proof), proof[0], proof[1], domain, value, float(np.mean(list(human[proof].values())))))
    return pairs, counts


def t975(degrees):
    """0.975 quantile of Student's t by integrating its density with Simpson's rule and bisecting."""
    c = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)

    def half(x):  # P(0 < T < x); u = atan(t / sqrt(degrees)) makes the integrand smooth and the range finite
        top = math.atan(x / math.sqrt(degrees))
        u = np.linspace(0, top, 4001)
        y = c * math.sqrt(degrees) * np.cos(u) ** (degrees - 1)
        return float((top / 4000) / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum()))

    low, high = 0.0, 20.0
    for _ in range(80):
        mid = (low + high) / 2
        low, high = (mid, high) if half(mid) < 0.475 else (low, mid)
    return (low + high) / 2


def cell(pairs):
    clusters = {}
    for _, proof, problem, _, _, j, h in sorted(pairs, key=lambda p: (p[2], p[1])):
        c = clusters.setdefault(problem, [0, 0.0, 0.0])
        c[0] += 1
        c[1] += j - h
        c[2] += 1 - h
    n, d, room = (np.array([c[i] for c in clusters.values()], dtype=float) for i in range(3))
    G, mean = len(n), d.sum() / n.sum()
    out = {"n": int(n.sum()), "problems": G, "mean": mean, "share": d.sum() / room.sum()}
    if G < 2:
        return {**out, "cr1": None, "low": None, "high": None, "robustLow": None, "robustHigh": None}
    cr1 = math.sqrt(G / (G - 1) * ((d - n * mean) ** 2).sum()) / n.sum()
    random = Random(SEED, stream_of("|".join([RUBRIC, *clusters])))
    drawn = np.array([[random.below(G) for _ in range(G)] for _ in range(REPLICATES)])
    means = np.sort(d[drawn].sum(1) / n[drawn].sum(1))
    low, high = (float(means[math.ceil(p * REPLICATES - 1e-9) - 1]) for p in (0.025, 0.975))
    margin = t975(G - 1) * cr1
    return {**out, "cr1": cr1, "low": low, "high": high, "robustLow": mean - margin, "robustHigh": mean + margin}


def main():
    pairs, counts = read_pairs()
    cells = []
    for judge in sorted({p[0] for p in pairs}):
        own = [p for p in pairs if p[0] == judge]
        for solver in [None] + sorted({p[3] for p in own}):
            for domain in [None] + sorted({p[4] for p in own}):
                some = [p for p in own if solver in (None, p[3]) and domain in (None, p[4])]
                if some:
                    cells.append({"judge": judge, "solver": solver, "domain": domain, **cell(some)})
    passes = {}
    for judge in sorted({p[0] for p in pairs}):
        own = [p for p in pairs if p[0] == judge]
        said, truth = (np.array([p[i] >= THRESHOLD - 1e-9 for p in own]) for i in (5, 6))
        d = np.array([p[5] - p[6] for p in own])
        passes[judge] = {"tp": int((said & truth).sum()), "fp": int((said & ~truth).sum()), "fn": int((~said & truth).sum()),
                         "tn": int((~said & ~truth).sum()), "mae": float(np.abs(d).mean()), "rmse": float(np.sqrt((d**2).mean())),
                         "pearson": float(np.corrcoef([p[5] for p in own], [p[6] for p in own])[0, 1])}
    result = {"rubric": RUBRIC, "seed": SEED, "replicates": REPLICATES, "threshold": THRESHOLD, "counts": counts,
              "pairs": len(pairs), "cells": cells, "summaries": passes}
    (FIXTURES / "audit.expected.json").write_text(json.dumps(result, indent=1) + "\n")


if "--table" in sys.argv:
    make_table()
else:
    main()
