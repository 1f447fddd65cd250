"""Pre-train a small GPT on a virtual corpus, draw its losses, stop it and let it go on.

python examples/pretrain_gpt.py                   makes loss.png and a checkpoint in the folder pretrain_gpt
python examples/pretrain_gpt.py --steps=1200      goes on from the checkpoint
python examples/pretrain_gpt.py --stop_at=400 --output=stopped
    stops after step 400, goes on, and compares all losses with those of a run that was not stopped

The corpus has no files: a phrase is drawn when the training asks for it. Its law is known, and so is the loss of a
perfect model, the entropy of the law. In phrases of the default law each ten words come twice in a row: a model that
copies pays for half of the words only.
"""

import argparse
import math
import resource
import sys
import time
from pathlib import Path
from typing import Any

try:
    import numpy as np
    import torch
    from matplotlib.figure import Figure
    from transformers import GPT2Config, GPT2LMHeadModel
    from transformers import logging as transformers_logging

    import hyperphrase as hp
    from hyperphrase.training.model_inputs import for_transformers
except ImportError as missing:
    print(f"{missing.name} is not installed; pip install 'hyperphrase[examples]'", file=sys.stderr)
    sys.exit(2)

WORDS = 100  # of a phrase: laws state their entropies for this length
PEAK, WARM_UP = 2e-3, 50  # the learning rate, and the steps until it is reached


def corpus_of(law: str, vocabulary: int, phrases: int) -> hp.Corpus:
    """Return a corpus without files: the distinct phrases of the seeds 0, 1, ..."""
    lexicon = hp.Lexicon.load("synthetic", vocabulary=vocabulary)
    recipe = hp.Recipe.create(law, lengths=f"fixed:length={WORDS}", lexicon=lexicon)
    return hp.Corpus.virtual(recipe, lexicon, seeds=(0, phrases))


def bounds_of(corpus: hp.Corpus) -> tuple[float, float]:
    """Return two losses, nats a word: of a model that knows only how frequent the words are, and of a perfect one."""
    shares = np.bincount(corpus[:5000].ids) / len(corpus[:5000].ids)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum()), corpus.phrases.law.entropy * math.log(2)


def model_of(vocabulary: int, length: int) -> GPT2LMHeadModel:
    """Return a GPT-2 of two layers with random weights, the same in every process."""
    torch.manual_seed(0)
    sizes = {"n_embd": 64, "n_layer": 2, "n_head": 2, "n_positions": length}
    no_dropout = {"attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0}
    return GPT2LMHeadModel(GPT2Config(vocab_size=vocabulary, bos_token_id=0, eos_token_id=0, **sizes, **no_dropout))


def train(plan: hp.ContextPlan, tokens: int, steps: int, batch_size: int, checkpoint: Path | None) -> list[float]:
    """Return the losses of steps 1 to ``steps``, trained from the checkpoint on if there is one.

    tokens: the number of ids. checkpoint: is written at the end; None for none.
    """
    model = model_of(tokens, plan.length)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK)
    stream = plan.stream(batch_size)
    losses: list[float] = []
    if checkpoint and checkpoint.exists():
        saved = torch.load(checkpoint)
        stream.load_state_dict(saved["stream"])  # refuses a checkpoint of another corpus
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        losses = saved["losses"]
        print(f"goes on from {checkpoint}, after step {len(losses):,}")
    while len(losses) < steps:
        batch = {name: torch.from_numpy(column) for name, column in for_transformers(next(stream)).items()}
        for group in optimizer.param_groups:
            group["lr"] = PEAK * min(1.0, (len(losses) + 1) / WARM_UP)
        loss = model(**batch, use_cache=False).loss  # without a cache, phrases do not see each other
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if len(losses) % 50 == 0 or len(losses) == steps:
            print(f"step {len(losses):,}: loss {losses[-1]:.3f}", flush=True)
    if checkpoint:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "stream": stream.state_dict()}
        unfinished = checkpoint.with_suffix(".unfinished")
        torch.save({**state, "losses": losses}, unfinished)
        unfinished.replace(checkpoint)
        model.save_pretrained(checkpoint.parent / "model")  # for transformers, and lora_new_words.py --model
    return losses


def draw(losses: list[float], bounds: tuple[float, float], law: str, stop_at: int | None) -> Figure:
    """Return a picture of the losses between the two bounds."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, len(losses) + 1), losses, color="tab:blue")
    known = zip(bounds, ("word frequencies alone", "entropy of the law"), ("dimgray", "tab:green"), strict=True)
    for bound, meaning, color in known:
        axes.axhline(bound, color=color, linestyle="--")
        where: dict[str, Any] = {"xytext": (0, -4), "textcoords": "offset points", "ha": "right", "va": "top"}
        axes.annotate(f"{meaning}: {bound:.2f}", (len(losses), bound), color=color, **where)
    if stop_at:
        axes.axvline(stop_at, color="tab:red", linestyle=":")
        axes.text(stop_at, 0, " stopped, and gone on", color="tab:red", va="bottom")
    axes.set(title=f"A GPT-2 of two layers on {law}", xlabel="step", ylabel="loss (nats a word)")
    axes.set(xlim=(0, len(losses)), ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def whole(text: str) -> int:
    """Return a whole number from 1 on, for argparse."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: give 1 or more")
    return int(text)


def options_of() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--law", default="repetition:m=10", help="of the words, as in --sampler (%(default)s)")
    parser.add_argument("--vocabulary", type=whole, default=128, help="number of words (%(default)s)")
    parser.add_argument("--phrases", type=whole, default=100_000, help="phrases to draw, 100 words each (%(default)s)")
    parser.add_argument("--steps", type=whole, default=800, help="steps in all (%(default)s)")
    parser.add_argument("--batch_size", type=whole, default=32, help="phrases in a step (%(default)s)")
    parser.add_argument("--stop_at", type=whole, help="stop after this step, go on, and compare")
    parser.add_argument("--output", type=Path, default=Path("pretrain_gpt"), help="folder to write (%(default)s)")
    parser.add_argument("--small", action="store_true", help="a try of seconds: 40 steps on 2,000 phrases of 64 words")
    if "--small" in sys.argv:
        parser.set_defaults(vocabulary=64, phrases=2000, steps=40, batch_size=8)
    options = parser.parse_args()
    if options.stop_at and options.stop_at >= options.steps:
        parser.error(f"--stop_at={options.stop_at}: give less than --steps={options.steps}")
    if options.stop_at and (options.output / "checkpoint.pt").exists():
        parser.error(f"--output={options.output}: has a checkpoint; to stop and go on, give another folder")
    return options


def main() -> int:
    """Train, stop and go on if asked to, and draw. Return 0, or 1 if a stop has changed the losses."""
    begin, options = time.monotonic(), options_of()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    corpus = corpus_of(options.law, options.vocabulary, options.phrases)
    tokens = (
        options.vocabulary + 1
    )  # the words, and a symbol before each phrase, which the first word is predicted from
    plan = corpus.contexts(length=WORDS + 1, packing="pad", begin=options.vocabulary)
    bounds = bounds_of(corpus)
    options.output.mkdir(parents=True, exist_ok=True)
    checkpoint = options.output / "checkpoint.pt"
    if options.stop_at:
        train(plan, tokens, options.stop_at, options.batch_size, checkpoint)  # whatever it had in memory is lost
    losses = train(plan, tokens, options.steps, options.batch_size, checkpoint)
    draw(losses, bounds, options.law, options.stop_at).savefig(options.output / "loss.png", dpi=150)
    print(f"loss {losses[-1]:.3f}; word frequencies alone {bounds[0]:.3f}; entropy of the law {bounds[1]:.3f}")
    equal = True
    if options.stop_at:
        print("once more, without a stop:")
        equal = losses == train(plan, tokens, options.steps, options.batch_size, None)
        print(f"the losses with and without a stop are {'equal, to the last bit' if equal else 'NOT equal'}")
    used = f"{time.monotonic() - begin:.0f} s, {time.process_time():.0f} s of CPU"
    print(f"{options.output / 'loss.png'}; {used}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")
    return 0 if equal else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (hp.InputError, OSError) as error:
        print(f"pretrain_gpt: {error}", file=sys.stderr)
        sys.exit(2)
