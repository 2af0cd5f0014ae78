"""Stage 2: GRPO with rubric rewards with TRL.   accelerate launch train_grpo.py configs/trl_grpo.yaml"""
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
