"""A server that is asked to end in the middle of a job, and the one that takes over."""

import subprocess
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import httpx
import pytest
from dependency_injector import providers

from aurastream.adapters.local.runner import Runner
from aurastream.containers import Container
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.retrying import Backoff
from aurastream.entrypoints.serve import runner_of, running
from aurastream.settings import Settings
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests.fakes import FakeEngine
from tests.integration.cli.command import command_line, environment_of

ROWS = 3_000
UNITS = 3
"""What each of the texts costs."""


@pytest.mark.slow
def test_a_server_that_is_asked_to_end_wastes_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    rows = "".join(f"This is great in row {n}\n" for n in range(ROWS))
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None, latency_ms=100)) as engine:
        monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", engine.url)
        settings = Settings(engine="comprehend", data_dir=tmp_path, comprehend_batch_tps=1_000)
        with running(settings, host="127.0.0.1", port=0) as url, httpx.Client(base_url=url) as http:
            headers = {"Content-Type": "text/csv"}
            query = {"mode": "ASYNC", "text_column": "text", "language": "en"}
            sent = http.post("/v1/sentiment", params=query, headers=headers, content=f"text\n{rows}")
            job = f"/v1/jobs/{sent.json()['job_id']}"
            while len(engine.ledger.calls) < 10:
                time.sleep(0.005)
        begun = len(engine.ledger.calls)
        assert begun < ROWS / 25, "it was asked too late"
        time.sleep(0.3)
        assert len(engine.ledger.calls) == begun, "a call began after the end"
        with running(settings, host="127.0.0.1", port=0) as url, httpx.Client(base_url=url) as http:
            while (seen := http.get(job).json())["status"] in ("QUEUED", "RUNNING"):
                time.sleep(0.05)
    assert (seen["status"], seen["counts"]["succeeded"]) == ("SUCCEEDED", ROWS)
    assert seen["cost"]["units"] == engine.ledger.bill.units == UNITS * ROWS
    assert engine.ledger.bill.texts_billed_again == 0


class LongestPauses(Random):
    """Each pause is as long as it may be."""

    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


def test_a_job_that_waits_for_its_engine_is_woken_by_the_end_and_left_to_the_next(tmp_path: Path) -> None:
    container = Container(settings=Settings(data_dir=tmp_path), halted=lambda: runner.stopping())
    engine = FakeEngine()
    engine.broken = EngineUnavailableError()
    container.bulk_engine.override(providers.Object(BatchedEngine(engine)))
    container.chance.override(providers.Object(LongestPauses()))
    waits = replace(container.run_job(), backoff=Backoff(base=3_600, cap=3_600))
    container.run_job.override(providers.Object(waits))
    runner: Runner = runner_of(container)
    assert runner.try_become_runner()
    job = container.submit()(LOCAL_TENANT, JobOptions(), [b"text\ngood\n"])
    while not engine.calls:
        time.sleep(0.005)
    assert runner.stop(20)
    assert len(engine.calls) == 1
    assert container.jobs().get(job.key).status is JobStatus.RUNNING
    container.local.database().close()


@pytest.mark.slow
def test_a_process_that_is_asked_to_end_waits_for_the_calls_it_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    rows = "".join(f"This is great in row {n}\n" for n in range(100))
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None, latency_ms=1_000)) as engine:
        monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", engine.url)
        with subprocess.Popen(
            command_line("serve", "--port", "0"),
            stdout=subprocess.PIPE,
            env=environment_of(tmp_path, AURASTREAM_ENGINE="comprehend"),
            text=True,
        ) as server:
            assert server.stdout
            url = server.stdout.readline().split()[-1]
            query = {"mode": "ASYNC", "language": "en"}
            httpx.post(
                f"{url}/v1/sentiment", params=query, headers={"Content-Type": "text/plain"}, content=rows
            )
            while not engine.ledger.calls:
                time.sleep(0.005)
            server.terminate()
            assert server.wait(20) == 0
        settings = Settings(engine="comprehend", data_dir=tmp_path)
        with running(settings, host="127.0.0.1", port=0) as url, httpx.Client(base_url=url) as http:
            while http.get("/v1/jobs").json()["jobs"][0]["status"] in ("QUEUED", "RUNNING"):
                time.sleep(0.05)
    assert engine.ledger.bill.texts_billed_again == 0
