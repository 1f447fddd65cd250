"""The program: options, wiring and commands."""

import atexit
import gc
import logging

logging.getLogger().setLevel(logging.ERROR)  # Beam warns, when imported, of clients that this program does not use
gc.set_threshold(300_000)  # importing Beam makes 200,000 objects, all to stay: garbage is not looked for meanwhile
atexit.register(gc.freeze)  # nor among all objects when the program ends: together 0.6 s
