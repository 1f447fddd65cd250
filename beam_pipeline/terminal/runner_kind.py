"""Normalise runner names: Beam accepts a class or a name, in any case, with or without "Runner"."""

LOCAL_KINDS = ("directrunner", "fnapirunner")  # of the default engine


def kind_of(runner: str) -> str:
    """Return the full name of a ``--runner=`` value, in lower case, without its module: "prismrunner" for Prism."""
    name = runner.rpartition(".")[2].lower()
    return name if name.endswith("runner") else f"{name}runner"
