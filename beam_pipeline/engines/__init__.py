"""The engines that run the pipeline, one file a kind: local, job servers (Prism, Flink), Dask, Dataflow.

``engine`` chooses one. ``dask_engine``, ``dataflow_engine`` and ``portable_engine`` each ask the cluster, before
anything is written, whether it can do the work, and refuse what it cannot. ``beam_fixes``, ``dask_runner``,
``worker_watch`` and ``worker_process`` mend what Beam's own runners get wrong.
"""
