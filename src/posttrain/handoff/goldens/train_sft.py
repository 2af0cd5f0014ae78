"""Stage 1: supervised fine-tuning with TRL.   accelerate launch train_sft.py configs/trl_sft.yaml"""
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
