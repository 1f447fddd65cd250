"""Apache Beam transforms, one file each, named by a verb. They are thin: the logic is in ``hyperphrase``.

They hand units of seeds, fingerprints and counts to functions of the domain, and write files. The pipeline that joins
them is ``beam_pipeline/pipeline.py``.
"""
