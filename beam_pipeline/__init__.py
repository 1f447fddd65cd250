"""The program: options, wiring and commands."""

import logging

logging.getLogger().setLevel(logging.ERROR)  # Beam warns, when imported, of clients that this program does not use
