"""The pages whose commands are tested, their commands, and those that cannot run in a test, each with the reason."""

import re

from tests.documented import commands, pages, read

PAGES = pages("README*.md", "docs/*.md", "examples/README.md", "templates/*/README.md", "benchmarks/README.md")
FOUND = {page: list(commands(page, read(page))) for page in PAGES}

#: What is not run here: the beginning of the command as a pattern, and why.
NOT_RUN = {
    r"(\.venv/bin/)?(python -m )?pip (install|download)|python3 -m venv|\. \.venv/bin/activate": "installs packages",
    r"\./run\.sh (test|docs|benchmark)": "tests, builds the site, compares with other programs: minutes",
    r"python -m benchmarks|python -m pytest benchmarks": "measures for minutes",
    r"(\.venv/bin/)?python -m tools\.": "makes pages of the checkout; tests/contracts compare them",
    r"python (-m )?tests[/.]": "runs long campaigns of faults",
    r"\.venv/bin/python -m pytest": "tests a law that the reader has written into the checkout",
    r"python -m beam_pipeline\.engines\.": "serves other machines",
    r"python examples/": "trains; tests/training/test_examples.py runs it",
    r"cat > \w+\.py|OMP_NUM_THREADS=1 python \w+\.py": "trains; tests/training/test_tutorial.py runs it",
    r"python -m evidence": "trains for minutes; tests/training runs its parts",
    r"python train\.py|torchrun|python -m maxtext": "is a program of others, which trains",
    r"docker|kubectl|templates/.*\.sh": "takes a registry or a cluster; tests/contracts read the templates",
    r"hyperphrase run --runner=DataflowRunner|hyperphrase .*gs://": "takes a cloud; tests/engines/test_dataflow.py",
    r"hyperphrase run --runner=DaskRunner --dask_client_address": "takes a cluster; tests/engines/test_dask.py",
    r"hyperphrase compile": "compiles for a minute; tests/contracts/test_kernel_cache.py runs it",
    r".* ARGS$": "stands for any command",
}


def reason_of(text):
    """Return why a command is not run, None if it is."""
    return next((why for pattern, why in NOT_RUN.items() if re.match(pattern, text)), None)


def runs(command):
    """Tell whether a command is run: those in the middle of a text are only looked at."""
    return command.place != "text" and reason_of(command.text) is None
