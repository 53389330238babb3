"""A job that takes its time, for the drills of the workers; leases are short, so that the drills are."""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig


def slow(args, running):
    """Write when it began, in which process, and when it ended; stop when told to."""
    with Path(args["log"]).open("a") as log:
        log.write(f"start {args['n']} {os.getpid()}\n")
        log.flush()
        for step in range(10):
            time.sleep(args["seconds"] / 10)
            if not running.progress(step + 1, 10):
                log.write(f"stop {args['n']} {os.getpid()}\n")
                return None
        log.write(f"end {args['n']} {os.getpid()}\n")
    return {"n": args["n"]}


class DrillConfig(AppConfig):
    name = "tests.drills.jobs"
    label = "drills"

    def ready(self):
        from tradewind.apps.org.operations import jobs
        from tradewind.desk import work

        jobs.job("drill.slow")(slow)
        jobs.LEASE, jobs.DISPATCHED, work.BEAT = timedelta(seconds=4), timedelta(seconds=3), 1
