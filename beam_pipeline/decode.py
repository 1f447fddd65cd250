"""``decode``: give back the text that ``encode`` has written with the symbols of a lexicon."""

import sys
from collections.abc import Sequence

from beam_pipeline.encode import convert, read_lexicon, text_parser
from beam_pipeline.terminal import streams
from beam_pipeline.terminal.command import DONE, run_command
from hyperphrase.formatting import format_bytes
from hyperphrase.texts.text_encoder import TextEncoder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("decode", _decode, arguments)


def _decode(arguments: Sequence[str]) -> int:
    parser = text_parser("decode", "give back the text that encode has written, byte for byte; needs the same lexicon")
    given = parser.parse_args(arguments)
    counts, seconds = convert(given, TextEncoder(read_lexicon(parser, given)).decoded, "decoding")
    rate = format_bytes(counts.bytes_out / seconds)
    streams.say(f"{counts.bytes_in:,} bytes to {counts.bytes_out:,} of text, {rate}/s")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
