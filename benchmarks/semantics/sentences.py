"""The share of sentences that Link Grammar accepts: an independent parser with dictionaries of English and of Russian.

Debian has it as link-grammar and link-grammar-dictionaries-all. A sentence is accepted if it has a linkage of all its
words. Sentences are asked as the laws write them, lower-case words without punctuation, and end with a full stop; those
of real text as well. Beside it stands the share of the same sentences with their words shuffled: the parser guesses
what it does not know, and accepts some nonsense.
"""

import random
import re
import shutil
import subprocess

SHORTEST, LONGEST, ASKED = 4, 12, 400  # words; sentences
_DICTIONARIES = {"english": "en", "russian": "ru"}
_SECONDS = 2  # for one sentence; then it is not accepted

_errors = re.compile(r"^(\d+) errors?\.$", re.MULTILINE)


def version() -> str | None:
    """Return the version of the parser, None if it is not installed."""
    program = shutil.which("link-parser")
    if program is None:
        return None
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    found = re.search(r"link-grammar-[0-9.]+", done.stdout + done.stderr)
    return found[0] if found else "link-grammar"


def accepted(sentences: list[list[str]], language: str) -> tuple[float, float]:
    """Return the shares of sentences, and of shuffled ones, that the parser accepts, of 400 chosen at random."""
    rng = random.Random(1)  # noqa: S311 - a choice of sentences
    fit = [sentence for sentence in sentences if SHORTEST <= len(sentence) <= LONGEST]
    chosen = rng.sample(fit, min(ASKED, len(fit)))
    shuffled = [rng.sample(sentence, len(sentence)) for sentence in chosen]
    return _share(chosen, language), _share(shuffled, language)


def _share(sentences: list[list[str]], language: str) -> float:
    lines = "".join(f"{_written(sentence, language)}.\n" for sentence in sentences)
    command = [
        shutil.which("link-parser") or "",
        _DICTIONARIES[language],
        "-batch",
        "-null=0",
        "-panic=0",
        "-limit=100",
    ]
    command.append(f"-timeout={_SECONDS}")
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)  # noqa: S603 - words alone
    found = _errors.findall(done.stdout + done.stderr)
    return 1.0 - int(found[-1]) / len(sentences)


def _written(sentence: list[str], language: str) -> str:
    words = ["I" if language == "english" and word == "i" else word for word in sentence]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])
