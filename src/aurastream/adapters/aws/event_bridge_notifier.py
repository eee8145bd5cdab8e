"""News of jobs as events on a bus."""

import json
from typing import TYPE_CHECKING

from aurastream.adapters.aws.errors import translated
from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import Job
from aurastream.ports.notifier import Notifier

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "aurastream"
DETAIL_TYPE = "Job ended"
DEFAULT_BUS = "default"


class EventBridgeNotifier(Notifier):
    """Puts one event for each job that ended; a rule of the operator's may pass it on."""

    def __init__(self, client: "EventBridgeClient", bus: str = DEFAULT_BUS) -> None:
        self._client, self._bus = client, bus

    def job_ended(self, job: Job) -> None:
        detail = {"job_id": job.key.job_id, "status": job.status.value, "counts": job.counts.figures()}
        with translated():
            answer = self._client.put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": DETAIL_TYPE,
                        "Detail": json.dumps(detail),
                        "EventBusName": self._bus,
                    }
                ]
            )
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "no reason")
            raise UnavailableError(f"the bus did not take the event: {code}")
