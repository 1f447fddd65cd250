"""Open a complete corpus: access its phrases by place, in blocks or as Arrow, and verify it."""

import importlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, overload

import numpy as np

from hyperphrase.api.verification import check_corpus
from hyperphrase.corpus import loading
from hyperphrase.corpus.files import CorpusFiles, LocalFiles
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.other_files import other_files
from hyperphrase.corpus.plain_folder import check_plain, rule_for_reading
from hyperphrase.corpus.request import CorpusRequest, Output, in_range
from hyperphrase.corpus.virtual import NoFiles, virtual_manifest
from hyperphrase.errors import InputError
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import Phrase, PhraseBlock, arrow_schema
from hyperphrase.phrases.phrases import CHUNK, Phrases
from hyperphrase.phrases.recipe import Recipe

if TYPE_CHECKING:
    from typing import Unpack

    import pyarrow

    from hyperphrase.meaning.fragments import FragmentOptions, Fragments
    from hyperphrase.meaning.nearest import Nearest
    from hyperphrase.training.contexts import ContextOptions, ContextPlan

VIRTUAL, SHARDS = "virtual", "shards"  # sources of phrases; the others are the names of formats


class Corpus(OpenCorpus):
    """A complete corpus: a sequence of distinct phrases, ascending by seed.

    ``len(corpus)`` is the number of phrases, ``corpus[i]`` the phrase at place i, ``corpus[i:j]`` a block,
    ``corpus.words(i)`` the words of a phrase, ``corpus.seeds`` the sequence of all seeds. The folder is local or, if
    the dependencies of the Beam program are installed, on ``gs://``.

    Phrases are drawn again from the manifest, so that shards need not exist, or are read from shards
    (``source="shards"``). Both give the same phrases in the same order.
    """

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        *,
        source: str = "virtual",
        checksums: bool = True,
        follow_links: bool = False,
    ) -> "Corpus":
        """Open the corpus in ``folder``.

        source: ``virtual`` to draw the phrases again, ``shards`` to read them from those of the first format, or the
        name of a format, such as ``avro``. checksums: whether the CRC32C of a shard is compared with the manifest's
        when it is first read. follow_links: whether files may be links to files elsewhere, as tools such as DVC and
        git-annex make them. In a snapshot of a hub's cache, links into its folder ``blobs`` are followed in any case.
        Raises InputError if the folder has no corpus or not this source, CorruptError if its manifest is damaged or it
        holds links, pipes or devices.
        """
        name = given_path(folder, "folder", BUCKETS)
        try:
            files = _files_of(name, follow_links)
            manifest = loading.load_manifest(files)
        except (FileNotFoundError, PermissionError) as error:
            raise InputError(f"cannot be used: {error}", field="folder", value=name) from error
        if manifest is None:
            raise loading.no_manifest(name)
        return cls(name, files, manifest, _output_of(manifest, source), checksums)

    @classmethod
    def virtual(cls, recipe: Recipe, lexicon: Lexicon, seeds: tuple[int, int] | range) -> "Corpus":
        """Return the corpus of all distinct phrases of ``seeds``, first and stop, half open, without any file.

        Its phrases are those of the corpus that :func:`hyperphrase.make_corpus` makes of the same arguments. Duplicates
        are found in this process, which takes 8 bytes of memory for each seed. Raises InputError.

        >>> from hyperphrase import Corpus, Lexicon, Recipe
        >>> lexicon = Lexicon.load("synthetic", vocabulary=1000)
        >>> recipe = Recipe.create("zipf:s=1.0", lengths="fixed:length=2", lexicon=lexicon)
        >>> Corpus.virtual(recipe, lexicon, seeds=(0, 1000))
        Corpus('', phrases=872, symbols=1744, law='zipf:s=1.0,beta=0.0')
        """
        phrases = Phrases(recipe, lexicon)
        manifest, dropped = virtual_manifest(phrases, CorpusRequest.create(recipe, seeds=seeds), lexicon.name)
        corpus = cls("", NoFiles(), manifest)
        vars(corpus).update(lexicon=lexicon, phrases=phrases, dropped=dropped)
        return corpus

    def __len__(self) -> int:
        """Return the number of phrases."""
        return self.manifest.kept

    def __contains__(self, seed: object) -> bool:
        """Tell whether the corpus has a phrase of this ``seed``."""
        return seed in self.seeds

    @overload
    def __getitem__(self, place: int) -> Phrase: ...
    @overload
    def __getitem__(self, place: slice) -> PhraseBlock: ...
    def __getitem__(self, place: int | slice) -> Phrase | PhraseBlock:
        """Return the phrase at ``place``, or a block of the phrases of a slice. Raises IndexError."""
        places = range(len(self))[place]
        if isinstance(places, range):
            return self.block(np.asarray(places, np.int64))
        return self.block(np.array([places], np.int64))[0]

    def words(self, place: int) -> str:
        """Return the words of the phrase at ``place``, joined by spaces. Raises IndexError."""
        return self.lexicon.to_words(self[place].ids)

    def __iter__(self) -> Iterator[Phrase]:
        for block in self.blocks():
            yield from block

    def blocks(self, size: int = CHUNK) -> Iterator[PhraseBlock]:
        """Yield all phrases in blocks of ``size``; the last may be shorter. Each owns its arrays. Raises InputError."""
        if size < 1:
            raise InputError("give 1 or more", field="size", value=size)
        for start in range(0, len(self), size):
            yield self[start : start + size]

    def to_arrow(self, size: int = CHUNK) -> "pyarrow.RecordBatchReader":
        """Return a reader of Arrow record batches of ``size`` phrases: columns ``seed`` and ``input_ids``."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(arrow_schema(), (block.to_arrow() for block in self.blocks(size)))

    def contexts(self, **options: "Unpack[ContextOptions]") -> "ContextPlan":
        """Return the plan of a training run on this corpus: contexts of equal length in a shuffled order.

        options: ``length``, and those of :func:`hyperphrase.training.plan_contexts` that have defaults: ``packing``,
        ``separator``, ``begin``, ``padding``, ``seed``, ``tail``. Raises InputError.
        """
        from hyperphrase.training.contexts import plan_contexts  # most commands open corpora, and train nothing

        return plan_contexts(self, **options)

    def nearest(self, query: str, count: int = 10, by: str = "words") -> "Nearest":
        """Return ``seeds`` and ``cosines`` of the phrases nearest in meaning to the words in ``query``, nearest first.

        by: ``words``, the meaning that a phrase's words add up to, or ``discourse``, what the law was about when it
        drew them. Words that have no meaning in the lexicon are ignored. Raises InputError if the corpus has no such
        dictionary.
        """
        from hyperphrase.meaning.search import MOST_NEAREST, DictionarySearch  # most commands search nothing

        dictionary = DictionarySearch(self, by)
        return dictionary.nearest(dictionary.meaning_of(query).vector, in_range("count", count, 1, MOST_NEAREST))

    def fragments(self, query: str, by: str = "words", **options: "Unpack[FragmentOptions]") -> "Fragments":
        """Return phrases for a prompt: near the words in ``query``, unlike each other, within a budget of tokens.

        options: ``budget``, and those of :func:`hyperphrase.meaning.fragments.pick_fragments` that have defaults:
        ``tokenizer``, ``text``, ``diversity``, ``most``. by: as in :meth:`nearest`. Raises InputError.
        """
        from hyperphrase.meaning.fragments import pick_fragments
        from hyperphrase.meaning.search import DictionarySearch

        dictionary = DictionarySearch(self, by)
        return pick_fragments(dictionary, query, dictionary.nearest, **options)

    def verify(self) -> None:
        """Read every file and compare it with manifest and recipe. Raises CorruptError with the first problems.

        Files of others in the folder are no problem (:meth:`other_files`), unless readers take them for shards.
        """
        check_corpus(self)

    def other_files(self) -> list[str]:
        """Return the paths, inside the folder, of what is not part of the corpus, such as ``shards/.DS_Store``.

        Paths of folders end with a slash; folders that are not the corpus's are not listed further.
        """
        return other_files(self)

    def __repr__(self) -> str:
        return f"Corpus({self.folder!r}, phrases={len(self)}, symbols={self.manifest.symbols}, law='{self.recipe.law}')"

    def _repr_html_(self) -> str:
        """Return a table for notebooks: what the corpus is, and its first phrases."""
        from hyperphrase.report.summary import corpus_summary  # only notebooks ask for it

        return corpus_summary(self)


def _output_of(manifest: Manifest, source: str) -> Output | None:
    """Return the output whose shards are read, None for no shards. Raises InputError."""
    outputs = {output.format: output for output in manifest.outputs if loading.readable(output)}
    if source == VIRTUAL:
        return None
    if source not in (SHARDS, *outputs) or not outputs:
        none = f"{VIRTUAL}: the corpus has no shards that phrases are read from"
        known = f"{VIRTUAL}, {SHARDS}, {', '.join(outputs)}" if outputs else none
        raise InputError(f"allowed are {known}", field="source", value=source)
    return next(iter(outputs.values())) if source == SHARDS else outputs[source]


def _files_of(folder: str, follow_links: bool) -> CorpusFiles:
    """Return the files in ``folder``; for a folder that is not local, by the Beam program's reader."""
    if "://" not in folder:
        may_follow = rule_for_reading(folder, follow_links)
        check_plain(folder, may_follow)
        return LocalFiles(folder, may_follow)
    stored: CorpusFiles = importlib.import_module("transforms.files.stored_files").files_of(folder)
    return stored
