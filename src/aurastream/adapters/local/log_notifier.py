"""News of jobs in the log."""

import json
import logging

from aurastream.domain.job import Job
from aurastream.ports.notifier import Notifier

_log = logging.getLogger("aurastream.jobs")


class LogNotifier(Notifier):
    """One line of JSON a job that ended."""

    def __init__(self, log: logging.Logger = _log) -> None:
        self._log = log

    def job_ended(self, job: Job) -> None:
        line = {
            "event": "job_ended",
            "tenant": job.key.tenant,
            "job_id": job.key.job_id,
            "status": job.status.value,
            "counts": job.counts.figures(),
        }
        self._log.info("%s", json.dumps(line))
