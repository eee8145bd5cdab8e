"""The start of the work on one machine."""

from collections.abc import Callable

from aurastream.adapters.local.sqlite import Database
from aurastream.domain.keys import JobKey
from aurastream.ports.workflow_starter import WorkflowStarter


def _nobody() -> None:
    """Another process runs the jobs; it looks for new ones by itself."""


class ThreadWorkflowStarter(WorkflowStarter):
    """Writes down that a job is to be run; the runner of the data directory, wherever it is, does it."""

    def __init__(self, db: Database, *, wake: Callable[[], None] = _nobody) -> None:
        self._db, self._wake = db, wake

    def start(self, key: JobKey) -> None:
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO started (tenant, job_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (key.tenant, key.job_id),
            )
        self._wake()
