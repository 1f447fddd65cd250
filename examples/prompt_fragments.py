"""Put phrases near a meaning into a prompt, as words and as symbols, and count what each takes of a context.

    pip install 'hyperphrase[fragments]'
    python examples/prompt_fragments.py "a storm at sea" --budget=60

Makes a small corpus of English sentences with a dictionary, picks phrases near the given words that a budget of tokens
holds, and prints a prompt that holds them as words, a prompt that holds the same phrases as symbols with a legend, and
the tokens of each for three tokenizers. Takes some seconds.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence

import hyperphrase as hp

TOKENIZERS = ("gpt2", "cl100k", "o200k")
VOCABULARY = 30_000  # words: the grammar of `template` uses those among them that it knows
PHRASES = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the example; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="?", default="a storm at sea", help="what the phrases are to be near to")
    parser.add_argument("--budget", type=int, default=60, help="tokens of all phrases together, default 60")
    parser.add_argument("--tokenizer", default="o200k", help=f"{', '.join(TOKENIZERS)}; default o200k")
    given = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            corpus = make_corpus(f"{folder}/out")
            picked = corpus.fragments(given.words, budget=given.budget, tokenizer=given.tokenizer)
            prompts = {"words": prompt_of_words(picked), "symbols": prompt_of_symbols(corpus, picked)}
            texts = {"phrases as words": picked.text, "phrases as symbols": symbols_of(corpus, picked)}
    except hp.InputError as error:
        print(f"prompt_fragments: {error}", file=sys.stderr)
        return 2
    for name, prompt in prompts.items():
        print(f"--- prompt with {name} ---\n{prompt}")
    texts |= {f"prompt with {name}": prompt for name, prompt in prompts.items()}
    print(f"--- tokens of {len(picked.lines)} phrases, {picked.words} words ---", *table(texts), sep="\n")
    return 0


def make_corpus(folder: str) -> hp.Corpus:
    """Make sentences of a grammar, 4 to 12 words each, with a dictionary of their meanings and no shards."""
    lexicon = hp.Lexicon.load("english", vocabulary=VOCABULARY)
    recipe = hp.Recipe.create("template", lengths="uniform:min=4,max=12", lexicon=lexicon)
    return hp.make_corpus(recipe, lexicon, folder, phrases=PHRASES, formats=[], dictionary="sif")


def prompt_of_words(picked: hp.Fragments) -> str:
    """Return a prompt that holds the phrases as words."""
    return f"Write a short story. Use each of these phrases once:\n\n{picked.text}"


def prompt_of_symbols(corpus: hp.Corpus, picked: hp.Fragments) -> str:
    """Return a prompt that holds the same phrases as symbols, and the word of each symbol."""
    lexicon = corpus.lexicon
    ids = sorted(set(corpus.phrases.draw(picked.seeds).ids.tolist()))
    legend = "".join(f"{lexicon.symbol(i)} {lexicon.words[i]}\n" for i in ids)
    task = "Each line below the legend is a phrase; each symbol is a word of the legend. Write a short story that uses "
    return f"{task}each phrase once.\n\n{legend}\n{symbols_of(corpus, picked)}"


def symbols_of(corpus: hp.Corpus, picked: hp.Fragments) -> str:
    """Return the phrases as symbols, one a line."""
    return "".join(f"{corpus.lexicon.to_symbols(phrase.ids)}\n" for phrase in corpus.phrases.draw(picked.seeds))


def table(texts: dict[str, str]) -> Iterator[str]:
    """Yield the lines of a table: the tokens of each text for each tokenizer."""
    yield f"{'':<20}" + "".join(f"{name:>8}" for name in TOKENIZERS)
    for what, text in texts.items():
        yield f"{what:<20}" + "".join(f"{hp.count_tokens(text, name):>8}" for name in TOKENIZERS)


if __name__ == "__main__":
    sys.exit(main())
