"""Train a small decoder in JAX, with batches that Grain reads, in the names that MaxText gives them.

python examples/jax_grain.py                    a corpus without files, of crossing brackets
python examples/jax_grain.py --corpus=out --length=64 --batch_size=4 --steps=5
    the corpus that ./run.sh makes: 250,000 words, so that a step takes seconds and GB

A context has several phrases. `inputs_segmentation` keeps them from seeing each other, `inputs_position` begins at 0 in
each, and `targets_segmentation` is 0 where there is nothing to predict: the loss is the mean over the other tokens.
"""

import argparse
import itertools
import math
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

try:
    import grain
    import jax
    import jax.numpy as jnp
    import optax
    from matplotlib.figure import Figure

    import hyperphrase as hp
    from hyperphrase.training.jax_grain import ContextSource
except ImportError as missing:
    print(f"{missing.name} is not installed; pip install 'hyperphrase[examples]'", file=sys.stderr)
    sys.exit(2)

WIDTH, LAYERS, HEADS = 64, 2, 4
PHRASES, WORDS = 4, 50  # phrases in a context of the corpus without files, and words of a phrase
Weights = dict[str, Any]


def weights_of(key: jax.Array, tokens: int, length: int) -> Weights:
    """Return random weights: embeddings of ids and positions, and matrices with an axis of layers."""
    shapes = {
        "ids": (tokens, WIDTH),
        "positions": (length, WIDTH),
        "qkv": (LAYERS, WIDTH, 3, HEADS, WIDTH // HEADS),
        "out": (LAYERS, WIDTH, WIDTH),
        "up": (LAYERS, WIDTH, 4 * WIDTH),
        "down": (LAYERS, 4 * WIDTH, WIDTH),
    }
    keys = jax.random.split(key, len(shapes))
    return {name: 0.02 * jax.random.normal(one, shape) for one, (name, shape) in zip(keys, shapes.items(), strict=True)}


def normalized(x: jax.Array) -> jax.Array:
    """Return x with a root mean square of 1 (RMSNorm without weights)."""
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + 1e-6)


def logits_of(weights: Weights, batch: dict[str, jax.Array]) -> jax.Array:
    """Return the logits of each next token: (rows, length, tokens)."""
    segments = batch["inputs_segmentation"]
    rows, length = segments.shape
    x = weights["ids"][batch["inputs"]] + weights["positions"][batch["inputs_position"]]
    same = segments[:, :, None] == segments[:, None, :]  # (rows, queries, keys)
    seen = (same & jnp.tril(jnp.ones((length, length), bool)))[:, None]
    for layer in range(LAYERS):
        qkv = jnp.einsum("btc,cshd->sbhtd", normalized(x), weights["qkv"][layer])
        scores = jnp.einsum("bhqd,bhkd->bhqk", qkv[0], qkv[1]) / math.sqrt(WIDTH // HEADS)
        attention = jax.nn.softmax(jnp.where(seen, scores, -1e9), axis=-1)
        mixed = jnp.einsum("bhqk,bhkd->bqhd", attention, qkv[2]).reshape(rows, length, WIDTH)
        x = x + mixed @ weights["out"][layer]
        x = x + jax.nn.gelu(normalized(x) @ weights["up"][layer]) @ weights["down"][layer]
    return normalized(x) @ weights["ids"].T


def loss_of(weights: Weights, batch: dict[str, jax.Array]) -> jax.Array:
    """Return the mean loss of the tokens that another of the same phrase precedes, in nats."""
    losses = optax.softmax_cross_entropy_with_integer_labels(logits_of(weights, batch), batch["targets"])
    counted = batch["targets_segmentation"] > 0
    return jnp.sum(losses * counted) / jnp.sum(counted)


@partial(jax.jit, static_argnums=0, donate_argnums=(1, 2))
def train_step(
    optimizer: optax.GradientTransformation, weights: Weights, state: optax.OptState, batch: dict[str, jax.Array]
) -> tuple[Weights, optax.OptState, jax.Array]:
    """Return weights and state after a step, and the loss before it."""
    loss, slopes = jax.value_and_grad(loss_of)(weights, batch)
    updates, state = optimizer.update(slopes, state, weights)
    return optax.apply_updates(weights, updates), state, loss


def plan_of(options: argparse.Namespace) -> tuple[hp.Corpus, hp.ContextPlan]:
    """Return the corpus, and its contexts of whole phrases, each with a symbol before it."""
    if options.corpus:
        corpus = hp.Corpus.open(options.corpus)
    else:
        lexicon = hp.Lexicon.load("synthetic", vocabulary=options.vocabulary)
        recipe = hp.Recipe.create(options.law, lengths=f"fixed:length={WORDS}", lexicon=lexicon)
        corpus = hp.Corpus.virtual(recipe, lexicon, seeds=(0, 40 * options.batch_size * options.steps))
    return corpus, corpus.contexts(length=options.length, packing="best_fit", begin=corpus.recipe.vocabulary)


def draw(losses: list[float], perfect: float, law: str) -> Figure:
    """Return a picture of the losses."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, len(losses) + 1), losses, color="tab:blue")
    axes.axhline(perfect, color="tab:green", linestyle="--")
    where: dict[str, Any] = {"xytext": (0, -4), "textcoords": "offset points", "ha": "right", "va": "top"}
    axes.annotate(f"entropy of the law: {perfect:.2f}", (len(losses), perfect), color="tab:green", **where)
    axes.set(title=f"A decoder in JAX, two layers, on {law}", xlabel="step", ylabel="loss (nats a word)")
    axes.set(xlim=(0, len(losses)), ylim=(0.9 * perfect, None))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def options_of() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", help="folder of a corpus (default: one without files, of --law and --vocabulary)")
    parser.add_argument("--law", default="shuffle_dyck:k=8,p=0.5,max_depth=8", help="as in --sampler (%(default)s)")
    parser.add_argument("--vocabulary", type=int, default=16, help="number of words (%(default)s)")
    parser.add_argument("--length", type=int, default=PHRASES * (WORDS + 1), help="tokens of a context (%(default)s)")
    parser.add_argument("--batch_size", type=int, default=16, help="contexts in a step (%(default)s)")
    parser.add_argument("--steps", type=int, default=300, help="(%(default)s)")
    parser.add_argument("--output", type=Path, default=Path("jax_grain"), help="folder to write (%(default)s)")
    parser.add_argument("--small", action="store_true", help="a try of seconds: 20 steps of 4 contexts")
    if "--small" in sys.argv:
        parser.set_defaults(steps=20, batch_size=4)
    options = parser.parse_args()
    for name in ("steps", "batch_size"):
        if getattr(options, name) < 1:
            parser.error(f"--{name}={getattr(options, name)}: give 1 or more")
    return options


def main() -> None:
    """Train, print and draw."""
    begin = time.monotonic()
    options = options_of()
    corpus, plan = plan_of(options)
    source = ContextSource(plan, epochs=1 + options.steps * options.batch_size // len(plan))
    batches = grain.MapDataset.range(len(source)).batch(options.batch_size).map(source.contexts)
    options.output.mkdir(parents=True, exist_ok=True)
    weights = weights_of(jax.random.key(0), corpus.recipe.vocabulary + 1, options.length)
    optimizer = optax.adamw(optax.warmup_constant_schedule(0.0, 3e-3, 50))
    state, losses = optimizer.init(weights), []
    for batch in itertools.islice(batches, options.steps):
        weights, state, loss = train_step(optimizer, weights, state, batch)
        losses.append(float(loss))
        if len(losses) % 50 == 0 or len(losses) == options.steps:
            print(f"step {len(losses):,}: loss {losses[-1]:.3f}", flush=True)
    perfect = corpus.phrases.law.entropy * math.log(2)
    draw(losses, perfect, str(corpus.recipe.law)).savefig(options.output / "loss.png", dpi=150)
    print(f"loss {losses[-1]:.3f}; entropy of the law {perfect:.3f}")
    used = f"{time.monotonic() - begin:.0f} s, {time.process_time():.0f} s of CPU"
    print(f"{options.output / 'loss.png'}; {used}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")


if __name__ == "__main__":
    try:
        main()
    except (hp.InputError, OSError) as error:
        print(f"jax_grain: {error}", file=sys.stderr)
        sys.exit(2)
