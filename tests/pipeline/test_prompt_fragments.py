"""The example of prompts: what it prints is a prompt with phrases of the corpus, and true counts."""

import importlib.util
import re
from pathlib import Path

import pytest

import hyperphrase as hp

PATH = Path(__file__).parents[2] / "examples/prompt_fragments.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("prompt_fragments", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.PHRASES = 1000
    return module


def test_it_prints_prompts_and_what_they_take(example, capsys):
    assert 0 == example.main(["a storm at sea", "--budget=40", "--tokenizer=cl100k"])
    of_words, of_symbols, of_table = re.split(r"^--- .* ---\n", capsys.readouterr().out, flags=re.MULTILINE)[1:]
    prompts = {"words": of_words[:-1], "symbols": of_symbols[:-1]}  # print adds a line feed
    counts = {line[:20].strip(): list(map(int, line[20:].split())) for line in of_table.splitlines()[1:]}
    phrases = prompts["words"].partition("\n\n")[2]
    legend, _, symbols = prompts["symbols"].partition("\n\n")[2].partition("\n\n")
    words = dict(line.split(" ") for line in legend.splitlines())
    assert phrases.splitlines() == [" ".join(words[symbol] for symbol in line) for line in symbols.splitlines()]
    texts = {"phrases as words": phrases, "phrases as symbols": symbols}
    texts |= {f"prompt with {name}": prompt for name, prompt in prompts.items()}
    assert counts == {name: [hp.count_tokens(text, of) for of in example.TOKENIZERS] for name, text in texts.items()}
    assert counts["phrases as words"][1] <= 40
    # symbols never save tokens
    for fewer, more in (("phrases as words", "phrases as symbols"), ("prompt with words", "prompt with symbols")):
        assert all(few < many for few, many in zip(counts[fewer], counts[more], strict=True))


def test_wrong_input_is_said_in_a_line(example, capsys):
    assert 2 == example.main(["a storm at sea", "--budget=40", "--tokenizer=gpt5"])
    told = capsys.readouterr()
    assert ("", "prompt_fragments: tokenizer=gpt5: allowed are gpt2, cl100k, o200k\n") == (told.out, told.err)
