"""The two ways in which a request or a corpus can be wrong."""


class InputError(ValueError):
    """A user's input is wrong: one line that names the option, the value, what is allowed and what to do.

    Raised before any worker starts and before anything is written; the program ends with status 2.
    """


class CorruptError(ValueError):
    """Bytes read back are not what they claim to be: one line that names the file and what is wrong.

    The program ends with status 1.
    """
