"""What rests is listed, counted and set off again, on one machine."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import LOCAL_TENANT, JobKey
from aurastream.domain.tickets import MAX_ATTEMPTS
from aurastream.settings import Settings
from tests.canary import MARKER
from tests.integration.cli.command import run


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Container]:
    """The data directory that the commands look into."""
    container = Container(settings=Settings(data_dir=tmp_path, engine="lexicon"))
    yield container
    container.local.database().close()


@pytest.fixture
def resting(home: Container) -> JobKey:
    """A promise that was tried in vain so often that nobody tries any more."""
    job = home.promise()(LOCAL_TENANT, [Document(id="1", text=f"It is great, {MARKER}")])
    queue, now = home.queue(), home.clock().now()
    for attempt in range(MAX_ATTEMPTS + 1):
        queue.take(now=now + attempt * timedelta(minutes=2), until=now + timedelta(minutes=1), limit=10)
        now += timedelta(minutes=1)
    assert [ticket.job for ticket in queue.resting(10)] == [job.key]
    return job.key


def tickets(told: str) -> list[str]:
    return [ticket["job_id"] for ticket in json.loads(told)["tickets"]]


def counted(data_dir: Path) -> str:
    """How many promises rest, says the doctor."""
    findings = json.loads(run(data_dir, "--json", "doctor", AURASTREAM_ENGINE="lexicon").out)["findings"]
    [found] = [finding["found"] for finding in findings if finding["what"] == "promises that rest"]
    return str(found)


def test_what_rests_is_counted_listed_and_put_back_once(
    resting: JobKey, home: Container, tmp_path: Path
) -> None:
    assert counted(tmp_path) == "1"
    assert home.work_retries()() == 0
    looked = run(tmp_path, "--json", "redrive", "--dry-run")
    assert (looked.code, tickets(looked.out)) == (0, [resting.job_id])
    assert counted(tmp_path) == "1"
    first, again = (run(tmp_path, "--json", "redrive") for _ in range(2))
    assert (tickets(first.out), tickets(again.out)) == ([resting.job_id], [])
    assert counted(tmp_path) == "0"
    assert home.work_retries()() == 1
    assert home.jobs().get(resting).status is JobStatus.SUCCEEDED
    assert home.work_retries()() == 0
