"""The corpus: its request, files, manifest and statistics, and how it is verified.

``request`` plans seeds and shards; ``drawn_range`` decides how many seeds to draw; ``layout`` names the files;
``shard_table`` and ``manifest`` list the written files; ``statistics`` counts phrases and symbols. ``files``,
``plain_folder``, ``loading`` and ``open_corpus`` read an existing corpus; ``verification`` compares its phrases with
the recipe.
"""

from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.request import CorpusRequest, Output
from hyperphrase.corpus.shard_table import Shard, ShardTable
from hyperphrase.corpus.statistics import Statistics

__all__ = ["CorpusRequest", "Manifest", "Output", "Shard", "ShardTable", "Statistics"]
