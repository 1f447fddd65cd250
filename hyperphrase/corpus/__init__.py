"""What a corpus is: its request, its files, its manifest, what is counted about it, and how it is verified.

``request`` says which seeds and which shards; ``layout`` names the files; ``shard_table`` and ``manifest`` list what
was made; ``statistics`` counts phrases and symbols; ``drawn_range`` decides how many seeds to draw. ``files``,
``plain_folder``, ``loading`` and ``open_corpus`` read a corpus that is there; ``verification`` counts it again.
"""

from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.request import CorpusRequest, Output
from hyperphrase.corpus.shard_table import Shard, ShardTable
from hyperphrase.corpus.statistics import Statistics

__all__ = ["CorpusRequest", "Manifest", "Output", "Shard", "ShardTable", "Statistics"]
