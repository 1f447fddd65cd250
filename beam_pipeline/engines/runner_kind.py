"""Which runner an option means: Beam takes it as a class or by its name, in any case, with or without "Runner"."""


def kind_of(runner: str) -> str:
    """Return the name of ``--runner=`` in full, in lower case and without its module: "prismrunner" of Prism."""
    name = runner.rpartition(".")[2].lower()
    return name if name.endswith("runner") else f"{name}runner"
