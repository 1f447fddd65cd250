"""Beam transforms, one verb a file: thin, the logic is in ``hyperphrase``."""
