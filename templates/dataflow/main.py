"""The entry point of the Flex Template's launcher: the program, with the template's parameters as its options."""

import sys

from beam_pipeline.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["run", *sys.argv[1:]]))
