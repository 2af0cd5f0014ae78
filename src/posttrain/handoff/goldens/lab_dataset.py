"""Rows of this export for PipelineRL: FineProofs-RL columns under the names that its math domain reads."""
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
