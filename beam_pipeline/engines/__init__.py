"""The engines that run the pipeline, one file a kind: local, job servers (Prism, Flink), Dask, Dataflow.

``engine`` chooses one. ``dask_engine``, ``dataflow_engine`` and ``portable_engine`` check, before anything is written,
that the cluster can run the pipeline, and raise InputError if it cannot. ``beam_fixes``, ``dask_runner``,
``worker_monitor`` and ``worker_process`` work around defects of Beam's runners.
"""
