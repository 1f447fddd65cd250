"""State of a worker process; it is never sent between processes.

``context`` loads the lexicon and the recipe's tables once per process, ``key_runs`` stores sorted fingerprint keys
until they are compared, ``progress`` counts finished work.
"""
