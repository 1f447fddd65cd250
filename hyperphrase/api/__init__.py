"""The public face of the package: open a corpus, verify it, make one.

``import hyperphrase`` hands these names on. All other wings are below this one. Only ``make_corpus``, and corpora in
buckets, load the Beam program, when they are called.
"""
