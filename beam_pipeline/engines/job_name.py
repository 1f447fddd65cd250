"""The name of a job on an engine: one for each folder, so that it is found again."""

import hashlib
from pathlib import Path

from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions


def name_job(options: PipelineOptions, output: str) -> None:
    """Name the job by its output folder, unless the user named it."""
    named, folder = options.view_as(GoogleCloudOptions), output if "://" in output else str(Path(output).absolute())
    named.job_name = named.job_name or f"hyperphrase-{hashlib.sha256(folder.encode()).hexdigest()[:12]}"
