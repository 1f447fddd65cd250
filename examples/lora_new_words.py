"""Teach a language model new words with LoRA: the hyperwords of a corpus become new rows of its embedding.

python examples/lora_new_words.py             a small Llama with random weights, made on the spot
python examples/lora_new_words.py --bits=4    QLoRA: its matrices in 4 bits
python examples/lora_new_words.py --model=pretrain_gpt/model
    what pretrain_gpt.py has saved: a model that copies repeated words, and soon copies new ones. Or any causal model

The model has W ids of its own. Hyperword i becomes id W + i, and the last id is a symbol before each phrase. LoRA
trains small matrices beside the model's, and the new rows; the old rows and the model's matrices stay as they are.
"""

import argparse
import logging
import math
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

try:
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it recommends kernels from a hub
    import numpy as np
    import torch
    from matplotlib.figure import Figure
    from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig, LlamaConfig, LlamaForCausalLM
    from transformers import logging as transformers_logging

    import hyperphrase as hp
    from hyperphrase.training.model_inputs import for_transformers
except ImportError as missing:
    print(f"{missing.name} is not installed; pip install 'hyperphrase[examples]'", file=sys.stderr)
    sys.exit(2)

WORDS = 40  # of a phrase
OWN_IDS = 1000  # W of the model that is made on the spot
WARM_UP = 20  # steps until the learning rate is reached


def make_base(model: str | None, new: int, folder: Path) -> int:
    """Save a model with ``new`` more rows of its embedding in ``folder``, and return the number of its own ids, W."""
    torch.manual_seed(0)
    if model:
        base = AutoModelForCausalLM.from_pretrained(model)
    else:
        sizes = {"hidden_size": 64, "intermediate_size": 192, "num_hidden_layers": 2, "num_attention_heads": 4}
        base = LlamaForCausalLM(LlamaConfig(vocab_size=OWN_IDS, tie_word_embeddings=True, **sizes))
    own = base.get_input_embeddings().num_embeddings
    base.resize_token_embeddings(own + new)  # new rows are drawn around the mean of the old ones
    base.save_pretrained(folder)
    return int(own)


def load_base(folder: Path, bits: int) -> Any:
    """Load the model, its matrices in 4 bits (NF4, as in QLoRA: Dettmers et al. 2023, arXiv 2305.14314) or in full."""
    if bits == 32:
        return AutoModelForCausalLM.from_pretrained(folder)
    four = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32)
    return AutoModelForCausalLM.from_pretrained(folder, quantization_config=four)


def batch_of(contexts: dict[str, Any], own: int) -> dict[str, torch.Tensor]:
    """Return contexts as the model takes them: all ids, and the labels that are not ignored, shifted by W."""
    batch = {name: torch.from_numpy(column) for name, column in for_transformers(contexts).items()}
    batch["input_ids"] += own
    batch["labels"][batch["labels"] >= 0] += own
    return batch


def train(model: Any, plan: hp.ContextPlan, own: int, options: argparse.Namespace) -> list[float]:
    """Train what LoRA lets be trained, and return the loss of each step."""
    optimizer = torch.optim.AdamW([weights for weights in model.parameters() if weights.requires_grad])
    stream, losses = plan.stream(options.batch_size), []
    model.train()
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * min(1.0, (step + 1) / WARM_UP)
        loss = model(**batch_of(next(stream), own), use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if (step + 1) % 50 == 0 or step + 1 == options.steps:
            print(f"step {step + 1:,}: loss {losses[-1]:.3f}", flush=True)
    return losses


def loss_on(model: Any, plan: hp.ContextPlan, own: int) -> float:
    """Return the loss on 32 contexts of an epoch that is never reached."""
    model.eval()
    with torch.no_grad():
        return float(model(**batch_of(plan[10**9 : 10**9 + 32], own), use_cache=False).loss)


def bounds_of(corpus: hp.Corpus, ids: int) -> dict[str, float]:
    """Return the losses of models that know less or more, in nats a word."""
    shares = np.bincount(corpus[:20_000].ids) / len(corpus[:20_000].ids)
    words = float(-(shares * np.log(np.where(shares > 0, shares, 1.0))).sum())
    perfect = corpus.phrases.law.entropy * math.log(2)
    return {
        f"all {ids:,} ids equally likely": math.log(ids),
        "word frequencies alone": words,
        "entropy of the law": perfect,
    }


def draw(losses: list[float], bounds: dict[str, float], options: argparse.Namespace) -> Figure:
    """Return a picture of the losses."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, len(losses) + 1), losses, color="tab:blue")
    for (meaning, loss), color in zip(bounds.items(), ("darkgray", "dimgray", "tab:green"), strict=True):
        axes.axhline(loss, color=color, linestyle="--")
        where: dict[str, Any] = {"xytext": (0, -4), "textcoords": "offset points", "ha": "right", "va": "top"}
        axes.annotate(f"{meaning}: {loss:.2f}", (len(losses), loss), color=color, **where)
    axes.set(
        title=f"{options.vocabulary:,} new words in {options.law}: LoRA of rank {options.rank}, {options.bits} bits"
    )
    axes.set(xlabel="step", ylabel="loss (nats a word)", xlim=(0, len(losses)), ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def options_of() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder of a causal model of transformers (default: made on the spot)")
    parser.add_argument("--bits", type=int, choices=(4, 32), default=32, help="of the model's matrices (%(default)s)")
    parser.add_argument("--law", default="repetition:m=10", help="of the words, as in --sampler (%(default)s)")
    parser.add_argument("--vocabulary", type=int, default=1000, help="number of new words (%(default)s)")
    parser.add_argument("--steps", type=int, default=200, help="(%(default)s)")
    parser.add_argument("--batch_size", type=int, default=32, help="phrases in a step (%(default)s)")
    parser.add_argument("--rank", type=int, default=8, help="of LoRA's matrices (%(default)s)")
    parser.add_argument("--learning_rate", type=float, default=5e-3, help="(%(default)s)")
    parser.add_argument("--output", type=Path, default=Path("lora_new_words"), help="folder to write (%(default)s)")
    parser.add_argument("--small", action="store_true", help="a try of seconds: 20 steps, 100 words")
    if "--small" in sys.argv:
        parser.set_defaults(vocabulary=100, steps=20, batch_size=8)
    options = parser.parse_args()
    for name in ("steps", "rank"):
        if getattr(options, name) < 1:
            parser.error(f"--{name}={getattr(options, name)}: give 1 or more")
    return options


def main() -> int:
    """Extend a model, train an adapter, save it, and check what is loaded. Return 0, or 1 if a check failed."""
    begin, options = time.monotonic(), options_of()
    warnings.simplefilter("ignore", FutureWarning)  # peft calls what transformers has renamed
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    lexicon = hp.Lexicon.load("english", vocabulary=options.vocabulary)
    recipe = hp.Recipe.create(options.law, lengths=f"fixed:length={WORDS}", lexicon=lexicon)
    corpus = hp.Corpus.virtual(recipe, lexicon, seeds=(0, 100_000))
    plan = corpus.contexts(length=WORDS + 1, packing="pad", begin=options.vocabulary)
    folder, adapter = options.output / "base", options.output / "adapter"
    folder.mkdir(parents=True, exist_ok=True)
    own = make_base(options.model, options.vocabulary + 1, folder)
    base = load_base(folder, options.bits)
    before = base.get_input_embeddings().weight.detach().clone()
    if options.bits == 4:
        base = prepare_model_for_kbit_training(base, use_gradient_checkpointing=False)
    new = list(range(own, own + options.vocabulary + 1))
    lora = LoraConfig(
        r=options.rank, lora_alpha=2 * options.rank, target_modules="all-linear",
        trainable_token_indices=new, task_type="CAUSAL_LM",
    )  # fmt: skip
    model = get_peft_model(base, lora)
    model.print_trainable_parameters()
    losses = train(model, plan, own, options)
    model.save_pretrained(adapter)
    draw(losses, bounds_of(corpus, own + len(new)), options).savefig(options.output / "loss.png", dpi=150)

    loaded = PeftModel.from_pretrained(load_base(folder, options.bits), adapter)
    rows = loaded.get_input_embeddings()(torch.arange(own + len(new))).detach()
    checks = {
        "the old rows are as they were": torch.equal(rows[:own], before[:own]),
        "all new rows have changed": bool((rows[own:] != before[own:]).any(1).all()),
        "the loaded adapter gives the same loss": loss_on(model, plan, own) == loss_on(loaded, plan, own),
    }
    for check, passed in checks.items():
        print(f"{check}: {'yes' if passed else 'NO'}")
    used = f"{time.monotonic() - begin:.0f} s, {time.process_time():.0f} s of CPU"
    print(f"{options.output / 'loss.png'}; {used}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (hp.InputError, OSError) as error:
        print(f"lora_new_words: {error}", file=sys.stderr)
        sys.exit(2)
