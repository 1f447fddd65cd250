"""Corpora to show, and a reader of pages that checks what it reads."""

import dataclasses
import functools
from html.parser import HTMLParser

from hyperphrase import Corpus, Lexicon, Recipe
from hyperphrase.report import Command, of_corpus, render

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Reads a page, checks that its tags are closed in order, and gathers what is in it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        """All text, spaces and ends of lines as one space."""
        return " ".join(" ".join(self.texts).split())


def corpus_of(law="zipf:s=1.0", lengths="uniform:min=1,max=60", vocabulary=1000, seeds=(0, 500), lexicon=None):
    """Return a corpus without files."""
    lexicon = lexicon or _lexicon(vocabulary)
    return Corpus.virtual(Recipe.create(law, lengths=lengths, lexicon=lexicon), lexicon, seeds=seeds)


@functools.cache
def _lexicon(vocabulary):
    return Lexicon.load("synthetic", vocabulary=vocabulary)


def page_of(*corpora, **changes):
    """Return the page of corpora; changes: other fields of their subjects."""
    names = ["", "one", "two"][len(corpora) > 1 :]
    subjects = [
        dataclasses.replace(of_corpus(corpus, name=name), **changes)
        for corpus, name in zip(corpora, names, strict=False)
    ]
    return render(subjects, [Command(("hyperphrase run", "--key=1"), ("a file",))] * len(subjects))


def lexicon_of(*words, name="mine"):
    """Return a lexicon of any words, also of those that the rules of users' words refuse."""
    return dataclasses.replace(Lexicon.load("synthetic", vocabulary=len(words)), name=name, words=words)
