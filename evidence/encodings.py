"""Encodings of a text as ids, and back: characters, BPE tokens, hyperwords.

All are made from the training part of a text and have ids for all its characters, so they code any text of them
exactly, and the code lengths of models that read different encodings can be compared.
"""

import re
import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor

import hyperphrase as hp
from evidence.english import english_alphabet, english_parts

_MARKS = "^\\"  # of case and of escapes, in a text that is encoded as hyperwords
_UPPER, _MARKED = re.compile(" ?[A-Z]"), re.compile(r"\^ ?[a-z]")
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")


class Encoding(ABC):
    """An encoding. size: number of its ids."""

    size: int

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """Return the ids of a text."""

    @abstractmethod
    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids."""


class Characters(Encoding):
    """Each character is an id."""

    def __init__(self, characters: str) -> None:
        self._characters = characters
        self._ids = {character: i for i, character in enumerate(characters)}
        self.size = len(characters)

    def encode(self, text: str) -> list[int]:
        return [self._ids[character] for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(self._characters[i] for i in ids)


class Bpe(Encoding):
    """Pairs that are frequent are merged (Sennrich et al. 2016), within words with the space before, as in GPT-2."""

    def __init__(self, training: str, size: int, alphabet: str | None = None) -> None:
        """alphabet: of the texts, if it is not that of the English text."""
        alphabet = alphabet or english_alphabet()
        split = pre_tokenizers.ByteLevel(add_prefix_space=False)
        written = {letter for piece, _ in split.pre_tokenize_str(alphabet) for letter in piece}
        self._tokenizer = Tokenizer(models.BPE())
        self._tokenizer.pre_tokenizer, self._tokenizer.decoder = split, decoders.ByteLevel()
        trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=sorted(written), show_progress=False)
        self._tokenizer.train_from_iterator([training], trainer)
        self.size = self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(ids)
        return text


class MarkedBpe(Encoding):
    """BPE of a text in lower case, with a mark before each letter that was upper case, and before its space."""

    def __init__(self, training: str, size: int) -> None:
        self._bpe = Bpe(self._marked(training), size, "".join(sorted(set(english_alphabet().lower() + "^"))))
        self.size = self._bpe.size

    def encode(self, text: str) -> list[int]:
        return self._bpe.encode(self._marked(text))

    def decode(self, ids: Sequence[int]) -> str:
        return _MARKED.sub(lambda found: found[0][1:].upper(), self._bpe.decode(ids))

    @staticmethod
    def _marked(text: str) -> str:
        return _UPPER.sub(lambda found: "^" + found[0].lower(), text)


class Hyperwords(Encoding):
    """The most frequent words are hyperwords, all else is as ``hyperphrase.texts`` writes it: spelled in characters.

    A word is a symbol in whatever case, with case marks before it; a space between two symbols is left out.
    """

    def __init__(self, training: str, size: int) -> None:
        literals = english_alphabet() + _MARKS
        words = Counter(_WORD.findall(training.lower())).most_common(size - len(literals))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "words.txt"
            path.write_text("\n".join(word for word, _ in words), encoding="utf-8")
            lexicon = hp.Lexicon.load(path)
        self._encoder = hp.TextEncoder(lexicon)
        self._parts = Characters("".join(lexicon.symbols) + literals)
        self.size = self._parts.size

    def encode(self, text: str) -> list[int]:
        return self._parts.encode(self._encoder.encode(text))

    def decode(self, ids: Sequence[int]) -> str:
        return self._encoder.decode(self._parts.decode(ids))


@cache
def english_encoding(kind: str, size: int) -> Encoding:
    """Return an encoding of the English text.

    kind: ``characters``, which ignores ``size``, ``bpe``, ``marked bpe`` or ``hyperwords``.
    """
    if kind == "characters":
        return Characters(english_alphabet())
    made: dict[str, Callable[[str, int], Encoding]] = {"bpe": Bpe, "marked bpe": MarkedBpe, "hyperwords": Hyperwords}
    return made[kind](english_parts().training, size)


@cache
def english_ids(kind: str, size: int, part: str) -> Tensor:
    """Return a part of the English text (``training``, ``validation``, ``test``) as ids."""
    return torch.tensor(english_encoding(kind, size).encode(getattr(english_parts(), part)))
