"""Apache Beam transforms, one file each, named by a verb. Each is thin: the logic is in ``hyperphrase``.

They pass units of seeds, fingerprints and counts to functions of ``hyperphrase``, and write files.
``beam_pipeline/pipeline.py`` joins them into the pipeline.
"""
