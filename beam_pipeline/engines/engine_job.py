"""A job on an engine: its name, one for each folder so that it is found again, and its end."""

import contextlib
import hashlib
from pathlib import Path

from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions
from apache_beam.runners.runner import PipelineResult


def name_job(options: PipelineOptions, output: str) -> None:
    """Name the job by its output folder, unless the user named it."""
    named, folder = options.view_as(GoogleCloudOptions), output if "://" in output else str(Path(output).absolute())
    named.job_name = named.job_name or f"hyperphrase-{hashlib.sha256(folder.encode()).hexdigest()[:12]}"


def cancel_job(result: PipelineResult | None) -> None:
    """Cancel a job. result: None if it is not known."""
    if result is not None:
        with contextlib.suppress(Exception):  # the job or its server may have ended already
            result.cancel()
