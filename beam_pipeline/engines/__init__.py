"""The engines that run the pipeline: which one is chosen, what each needs, and what Beam gets wrong."""
