"""Pre-train on a corpus, then train on natural text, and see whether that helps, against two controls.

python examples/transfer_to_text.py                         crossing brackets, then English
python examples/transfer_to_text.py --recipe=jiang2026      another published recipe; --law, --transfer: your own

Three models learn the same pieces of text, as bytes, from the same random weights: without pre-training (`nothing`),
pre-trained on the corpus with the words of each context in random order (`shuffled`), and on the corpus (`corpus`).
Only a gain over `shuffled` comes from the order of the words; one over `nothing` may come from any warm-up of weights.
"""

import argparse
import pydoc_data.topics
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import numpy as np
    import torch
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from transformers import LlamaConfig, LlamaForCausalLM

    import hyperphrase as hp
    from hyperphrase.training.model_inputs import for_transformers
except ImportError as missing:
    print(f"{missing.name} is not installed; pip install 'hyperphrase[examples]'", file=sys.stderr)
    sys.exit(2)

Batch = dict[str, torch.Tensor]
Text = NDArray[np.uint8]
BYTES = 256  # ids of the text
LENGTH, ROWS = 128, 16  # of a batch
PEAK, WARM_UP = 2e-3, 30  # the learning rate, and the steps until it is reached; from there it falls to 0
RECIPES = {  # name: law, its vocabulary, what is carried over, where this is published
    "hu2025": ("shuffle_dyck:k=64,p=0.51,max_depth=8", 128, "all", "Hu et al. 2025, arXiv 2502.19249"),
    "jiang2026": ("union", 100, "mlp", "Jiang, Shinnick et al. 2026, arXiv 2601.21725"),
    "shinnick2025": ("set", 100, "attention", "Shinnick et al. 2025, arXiv 2505.22308"),
    "papadimitriou2020": ("nest:q=0.4", 256, "frozen", "Papadimitriou and Jurafsky 2020, arXiv 2004.14601"),
}
CARRIED = {  # what the names of the weights that are carried over contain
    "all": "",
    "body": ".layers.",  # all but the embedding
    "attention": ".self_attn.",
    "mlp": ".mlp.",
    "frozen": ".layers.",  # and only the embedding is trained
}
ARMS = {"nothing": "gray", "shuffled": "tab:orange", "corpus": "tab:blue"}


def model_of(seed: int, vocabulary: int) -> LlamaForCausalLM:
    """Return a small Llama with random weights; it has embeddings for text and corpus."""
    torch.manual_seed(seed)
    sizes = {"hidden_size": 96, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaForCausalLM(LlamaConfig(vocab_size=max(BYTES, vocabulary), tie_word_embeddings=True, **sizes))


def corpus_batches(corpus: hp.Corpus, seed: int, shuffled: bool) -> Iterator[Batch]:
    """Yield batches of the corpus; shuffled: with the words of each context in random order."""
    random = np.random.default_rng(seed)
    for contexts in corpus.contexts(length=LENGTH, seed=seed).stream(ROWS):
        if shuffled:
            contexts["input_ids"] = random.permuted(contexts["input_ids"], axis=1)
        yield {name: torch.from_numpy(column) for name, column in for_transformers(contexts).items()}


def text_batches(text: Text, seed: int) -> Iterator[Batch]:
    """Yield batches of pieces of a text from random places."""
    random = np.random.default_rng(seed)
    while True:
        places = random.integers(0, len(text) - LENGTH, ROWS)
        ids = torch.from_numpy(text[places[:, None] + np.arange(LENGTH)].astype(np.int64))
        yield {"input_ids": ids, "labels": ids}


def loss_on(model: LlamaForCausalLM, text: Text) -> float:
    """Return the loss on the first 128 pieces of a text, in bits a byte."""
    pieces = min(128, len(text) // LENGTH)
    ids = torch.from_numpy(text[: pieces * LENGTH].reshape(pieces, LENGTH).astype(np.int64))
    with torch.no_grad():
        return float(model(input_ids=ids, labels=ids, use_cache=False).loss) / float(np.log(2))


def train(model: LlamaForCausalLM, batches: Iterator[Batch], steps: int) -> Iterator[int]:
    """Train for ``steps`` steps; yield the number of steps done, from 0 on."""
    optimizer = torch.optim.AdamW([weights for weights in model.parameters() if weights.requires_grad])
    for step in range(steps):
        yield step
        for group in optimizer.param_groups:
            group["lr"] = PEAK * min(1.0, (step + 1) / WARM_UP, (steps - step) / steps * 1.25)
        model(**next(batches), use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    yield steps


def carry_over(first: LlamaForCausalLM, model: LlamaForCausalLM, transfer: str) -> None:
    """Give ``model`` the weights of ``first`` that ``transfer`` names."""
    carried = {name: weights for name, weights in first.state_dict().items() if CARRIED[transfer] in name}
    model.load_state_dict({**model.state_dict(), **carried})


def curve_of(arm: str, seed: int, corpus: hp.Corpus, text: Text, options: argparse.Namespace) -> list[float]:
    """Train one model, and return its losses on the last tenth of the text, from before the first step on."""
    model = model_of(seed, options.vocabulary)
    if arm != "nothing":
        first = model_of(seed, options.vocabulary)
        list(train(first, corpus_batches(corpus, seed, arm == "shuffled"), options.corpus_steps))
        carry_over(first, model, options.transfer)
    if options.transfer == "frozen":  # without pre-training too: what helps is not that the body is frozen
        model.model.layers.requires_grad_(False)
    seen, unseen = np.split(text, [len(text) // 10 * 9])
    steps = train(model, text_batches(seen, seed), options.steps)
    curve = [loss_on(model, unseen) for step in steps if step % options.every == 0]
    print(f"seed {seed}, pre-trained on {arm}: {curve[-1]:.3f} bits a byte", flush=True)
    return curve


def verdict(gains: NDArray[np.float64], control: str) -> str:
    """Return in words what the gains of each seed over a control show, in bits a byte."""
    better, worse = (gains > 0).all(), (gains < 0).all()
    shown = "better in each seed" if better else "WORSE in each seed" if worse else "seeds disagree"
    each = " ".join(f"{gain:+.3f}" for gain in gains)
    return f"corpus over {control}: {gains.mean():+.3f} bits a byte ({each}); {shown}"


def draw(curves: dict[str, NDArray[np.float64]], options: argparse.Namespace) -> Figure:
    """Return a picture of the curves, (seeds, points) each, and of their distances from no pre-training."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    steps = np.arange(0, options.steps + 1, options.every)
    for arm, color in ARMS.items():
        for axes, rows in ((left, curves[arm]), (right, curves["nothing"] - curves[arm])):
            axes.plot(steps, rows.mean(0), color=color, label=arm)
            axes.fill_between(steps, rows.min(0), rows.max(0), color=color, alpha=0.2, linewidth=0)
    for axes, title in ((left, "Loss on unseen text"), (right, "Gain over no pre-training")):
        axes.set(title=title, xlabel="step on text", ylabel="bits a byte", xlim=(0, options.steps))
        axes.spines[["top", "right"]].set_visible(False)
    left.legend(frameon=False, title=f"pre-trained on (mean, range of {options.seeds} seeds)")
    figure.suptitle(f"Pre-training on {options.law}, carried over: {options.transfer}\n")
    return figure


def options_of() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sources = "; ".join(f"{name}: {source}" for name, (*_, source) in RECIPES.items())
    parser.add_argument("--recipe", choices=RECIPES, default="hu2025", help=f"law and transfer ({sources})")
    parser.add_argument("--law", help="another law, as in --sampler")
    parser.add_argument("--vocabulary", type=int, help="another number of words")
    parser.add_argument("--transfer", choices=CARRIED, help="other weights to carry over")
    parser.add_argument("--text", type=Path, help="a file (default: Python's help, 465,000 bytes of English)")
    parser.add_argument("--corpus_steps", type=int, default=300, help="steps of pre-training (%(default)s)")
    parser.add_argument("--steps", type=int, default=400, help="steps on the text (%(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="how often all is repeated (%(default)s)")
    parser.add_argument("--output", type=Path, default=Path("transfer_to_text"), help="folder to write (%(default)s)")
    parser.add_argument("--small", action="store_true", help="a try of seconds: 5 and 10 steps, one seed")
    if "--small" in sys.argv:
        parser.set_defaults(corpus_steps=5, steps=10, seeds=1)
    options = parser.parse_args()
    if min(options.corpus_steps, options.steps, options.seeds) < 1:
        parser.error("--corpus_steps, --steps, --seeds: give 1 or more")
    for name, value in zip(("law", "vocabulary", "transfer"), RECIPES[options.recipe], strict=False):
        setattr(options, name, getattr(options, name) or value)
    options.every = min(options.steps, max(5, options.steps // 20))
    options.steps -= options.steps % options.every
    return options


def main() -> None:
    """Train all models, draw their curves, and print what they show."""
    begin, options = time.monotonic(), options_of()
    read = options.text.read_bytes() if options.text else "\n".join(pydoc_data.topics.topics.values()).encode()
    if len(read) < 20 * LENGTH:
        raise hp.InputError(f"has {len(read)} bytes; give {20 * LENGTH} or more", field="text", value=options.text)
    lexicon = hp.Lexicon.load("synthetic", vocabulary=options.vocabulary)
    recipe = hp.Recipe.create(options.law, lengths=f"uniform:min={LENGTH // 2},max={LENGTH}", lexicon=lexicon)
    corpus = hp.Corpus.virtual(recipe, lexicon, seeds=(0, 2 * ROWS * options.corpus_steps))
    options.output.mkdir(parents=True, exist_ok=True)
    text, seeds = np.frombuffer(read, np.uint8), range(options.seeds)
    curves = {arm: np.array([curve_of(arm, seed, corpus, text, options) for seed in seeds]) for arm in ARMS}
    draw(curves, options).savefig(options.output / "transfer.png", dpi=150)
    for control in ("nothing", "shuffled"):
        print(verdict(curves[control][:, -1] - curves["corpus"][:, -1], control))
    used = f"{time.monotonic() - begin:.0f} s, {time.process_time():.0f} s of CPU"
    print(
        f"{options.output / 'transfer.png'}; {used}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB"
    )


if __name__ == "__main__":
    try:
        main()
    except (hp.InputError, OSError) as error:
        print(f"transfer_to_text: {error}", file=sys.stderr)
        sys.exit(2)
