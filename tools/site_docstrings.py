"""An extension of griffe: examples in docstrings, which begin with ``>>>``, become blocks of code."""

import re
from typing import Any

from griffe import Extension, Object

EXAMPLE = re.compile(r"^(>>> .*\n?(?:.+(?:\n|$))*)", re.MULTILINE)
ROLE = re.compile(r":\w+:(`[^`]+`)")


class Examples(Extension):
    """Fences the examples of each docstring, and leaves code alone of references such as ``:meth:`draw```."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Change the docstring of an object."""
        if obj.docstring:
            text = EXAMPLE.sub(r"```python\n\1\n```\n", obj.docstring.value)
            obj.docstring.value = ROLE.sub(r"\1", text)
