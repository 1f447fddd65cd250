"""The program: options, wiring and commands."""

import gc
import logging

logging.getLogger().setLevel(logging.ERROR)  # Beam warns, when imported, of clients that this program does not use
gc.set_threshold(100_000)  # importing Beam makes 200,000 objects, all to stay: garbage is not looked for meanwhile
