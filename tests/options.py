"""Options of the program as tests write them: lists, of which a test changes one or another."""


def replaced(options, *others):
    """Return ``options`` with ``others`` in place of those of the same names: the program refuses one that repeats."""
    names = {option.partition("=")[0] for option in others}
    return [*(option for option in options if option.partition("=")[0] not in names), *others]
