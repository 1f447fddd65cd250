"""A pool of workers beside an engine, for ``--environment_type=EXTERNAL``: Beam's own, in a process of the program.

    python -m beam_pipeline.engines.worker_pool --service_port=50000

A process of the program, and what it starts, goes to an engine on this machine past the user's proxy; workers of Beam's
pool would ask the proxy for it, and the run would wait for ever.
"""

import sys

from apache_beam.runners.worker import worker_pool_main

if __name__ == "__main__":
    worker_pool_main.main(sys.argv)
