"""What a worker process holds while it works. It is never sent from process to process.

``context`` loads the lexicon and the recipe's tables once, ``key_runs`` keeps sorted fingerprint keys in files until
they are compared, ``progress`` counts what is done.
"""
