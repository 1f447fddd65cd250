"""Write the Flex Template's metadata from the options of the program: ``python -m tools.flex_template``."""

import json
from argparse import Action
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apache_beam.options.pipeline_options import WorkerOptions

from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import Parser
from hyperphrase.codecs import FORMATS
from hyperphrase.corpus.request import DICTIONARY_KINDS, NO_FORMAT
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.presets import PRESETS
from hyperphrase.laws.registry import SYMBOL_LAWS

METADATA = Path(__file__).parents[1] / "templates" / "dataflow" / "metadata.json"
LEFT_OUT = {"help", "quiet", "allow_offensive"}  # options without a value, which a template's parameters always have
_WHOLE = "[0-9]+"
_ENUMS = {"text": ["symbols", "words"], "alphabet": ["stable", "extended"], "dictionary": list(DICTIONARY_KINDS)}
_NEEDED = ("output", "sdk_container_image")


def metadata() -> dict[str, Any]:
    """Return the content of metadata.json."""
    own = [action for action in options.parser("run", "")._actions if action.dest not in LEFT_OUT]
    workers = Parser("run", "")
    WorkerOptions._add_argparse_args(workers)
    image = [action for action in workers._actions if action.dest == "sdk_container_image"]
    groups = {
        action.dest: group.title
        for group in options.parser("run", "")._action_groups
        for action in group._group_actions
    }
    return {
        "name": "hyperphrase",
        "description": "Draw a corpus of distinct phrases by a law and write it as shards that a training run reads",
        "parameters": [_parameter(action, groups.get(action.dest, "workers")) for action in (*own, *image)],
    }


def rendered() -> str:
    """Return the text of metadata.json."""
    return json.dumps(metadata(), indent=2) + "\n"


def _parameter(action: Action, group: str | None) -> dict[str, Any]:
    name, kind = action.dest, _kind(action.dest)
    made: dict[str, Any] = {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "helpText": (action.help or "").replace("%%", "%"),
        "isOptional": name not in _NEEDED,
        "groupName": group,
        "paramType": kind,
    }
    if kind == "ENUM":
        made["enumOptions"] = [{"value": value, "label": value} for value in _ENUMS[name]]
    regexes = [f"^(?:{regex})$" for regex in _regexes(name)]
    return made | ({"regexes": regexes} if regexes else {})


def _kind(name: str) -> str:
    if name in _ENUMS:
        return "ENUM"
    return "GCS_WRITE_FOLDER" if name == "output" else "TEXT"


def _regexes(name: str) -> Iterator[str]:
    """Yield what a value has to match, as far as that can be told without the program."""
    compressions = "|".join(sorted({name for form in FORMATS.values() for name in form.compressions} | {"none"}))
    formats = "|".join(FORMATS)
    laws = {"sampler": SYMBOL_LAWS, "lengths": LENGTH_LAWS}
    known = {
        "output": "gs://[^/*?\\[\\]]+/[^*?\\[\\]]+",
        "seeds": f"{_WHOLE}:{_WHOLE}",
        "format": f"(?:{formats})(?:,(?:{formats}))*|{NO_FORMAT}",
        "compression": f"(?:{compressions})(?:,(?:{compressions}))*",
        "preset": "|".join(sorted(PRESETS)),
        **dict.fromkeys(("phrases", "first_seed", "key", "vocabulary", "phrases_per_shard"), _WHOLE),
        **{option: f"(?:{'|'.join(sorted(names))})(?::.*)?" for option, names in laws.items()},
        **{option: "|".join(values) for option, values in _ENUMS.items()},
    }
    if name in known:
        yield known[name]


if __name__ == "__main__":
    METADATA.write_text(rendered())
