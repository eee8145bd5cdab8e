"""A file against the quota of a paid engine: how much of what may be had is had, and what is paid for it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from aurastream.containers import Container
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import Language
from aurastream.settings import Settings
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from benchmarks.processes import account
from benchmarks.rows import write_repetitive_rows

ROWS = 20_000
DISTINCT = 0.6
"""40 % of the rows repeat another row's text."""
TEXTS_A_CALL = 25
WORKERS = 5
TROUBLE = ComprehendSettings(batch_tps=10.0, latency_ms=60.0, error_rate=0.03, reset_rate=0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One file's way through the engine, as the job and as the engine's bill tell it."""

    job: dict[str, Any]
    rows: int
    distinct: int
    whole_seconds: float
    calling_seconds: float
    calls: int
    throttled: int
    billed_units: int
    lost_units: int
    billed_again: int
    lost_texts: int
    documents_a_call: float

    @property
    def share(self) -> float:
        """Of the texts that the quota lets through in the time from the first call to the last answer."""
        return self.distinct / (self.calling_seconds * (TROUBLE.batch_tps or 0) * TEXTS_A_CALL)


def main() -> None:
    """Print what was reached beside what is wanted, and what a race between processes costs."""
    rows = int(os.environ.get("BENCH_ROWS", ROWS))
    report = measure(rows, TROUBLE)
    cost, counts = report.job["cost"], report.job["counts"]
    print("| what | reached | wanted |\n|---|---|---|")
    for what, reached, wanted in (
        ("rows with an outcome", f"{report.rows:,} of {rows:,}", "all"),
        ("share of the quota's ceiling for distinct texts", f"{report.share:.3f}", ">= 0.95"),
        ("throttled calls", f"{report.throttled / report.calls:.2%} of {report.calls}", "< 0.5 %"),
        ("texts billed twice", f"{report.billed_again / report.distinct:.2%}", "<= 1 %"),
        ("... of these, answers lost on the wire", f"{report.lost_texts / report.distinct:.2%}", ""),
        ("units on the bill", f"{report.billed_units:,}", ""),
        ("... of these, for answers lost on the wire", f"{report.lost_units:,}", ""),
        ("units on the job", f"{cost['units']:,}", f"{report.billed_units - report.lost_units:,}"),
        ("texts a batch call", f"{report.documents_a_call:.1f}", "25"),
        ("seconds, first call to last answer", f"{report.calling_seconds:.1f}", ""),
        ("seconds, the whole command", f"{report.whole_seconds:.1f}", ""),
    ):
        print(f"| {what} | {reached} | {wanted} |", flush=True)
    print(f"\n{report.job['status']}: {counts}")
    print(f"\nWithout trouble, {WORKERS} workers that share a cache:\n")
    print("| workers | texts billed twice |\n|---|---|")
    for what, processes in (("of one process", 1), ("of a process each, as in an account", WORKERS)):
        print(f"| {what} | {raced(rows, processes):.2%} |", flush=True)


def raced(rows: int, processes: int) -> float:
    """The share of texts that are billed twice where chunks with the same texts are worked on together."""
    faster = replace(TROUBLE, batch_tps=50.0, latency_ms=12.0, error_rate=0.0, reset_rate=0.0)
    with tempfile.TemporaryDirectory() as folder, ComprehendStandIn(faster) as engine:
        source = Path(folder) / "rows.csv"
        write_repetitive_rows(source, rows, distinct=DISTINCT)
        os.environ.update(account(engine.url))
        share = Settings(
            engine="comprehend",
            data_dir=Path(folder) / "data",
            default_language=Language("en"),
            comprehend_batch_tps=(faster.batch_tps or 0) / processes,
        )
        homes = [Container(settings=share) for _ in range(processes)]
        process = [home.process() for home in homes]
        options = JobOptions(language=Language("en"))
        job = homes[0].prepare()(homes[0].submit()(LOCAL_TENANT, options, [source.read_bytes()]).key)
        chunks = Queue[int]()
        for chunk in range(job.chunks):
            chunks.put(chunk)

        def work(worker: int) -> None:
            with suppress(Empty):
                while True:
                    process[worker % processes](job.key, chunks.get_nowait(), final=False)

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))
        bill = engine.ledger.bill
        for home in homes:
            home.local.database().close()
        return bill.texts_billed_again / bill.texts


def measure(rows: int, trouble: ComprehendSettings) -> Report:
    """Submit a file of so many rows, in a process of its own, and wait for its end."""
    with tempfile.TemporaryDirectory() as folder, ComprehendStandIn(trouble) as engine:
        source, target = Path(folder) / "rows.csv", Path(folder) / "scored.csv"
        distinct = write_repetitive_rows(source, rows, distinct=DISTINCT)
        began = time.monotonic()
        job = _submitted(source, target, Path(folder) / "data", engine.url)
        took = time.monotonic() - began
        with target.open("rb") as scored:
            came_out = sum(1 for _ in scored) - 1
        return _report(engine, job, rows=came_out, distinct=distinct, took=took)


def _submitted(source: Path, target: Path, data_dir: Path, engine: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "aurastream.entrypoints.cli", "--data-dir", str(data_dir), "--json"]
    arguments = ["submit", str(source), "--language", "en", "--wait", "--output", str(target)]
    environment = {**os.environ, **account(engine)}
    ran = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, env=environment)
    if ran.returncode:
        raise SystemExit(f"the job ended with {ran.returncode}")
    job: dict[str, Any] = json.loads(ran.stdout)
    return job


def _report(
    engine: ComprehendStandIn, job: dict[str, Any], *, rows: int, distinct: int, took: float
) -> Report:
    calls, bill = engine.ledger.calls, engine.ledger.bill
    lost = [call for call in calls if call.fault == "lost_answer"]
    batches = [call.documents for call in calls if call.operation == "BatchDetectSentiment"]
    last_answer = engine.settings.latency_ms / 1_000
    return Report(
        job=job,
        rows=rows,
        distinct=distinct,
        whole_seconds=took,
        calling_seconds=max(call.at for call in calls) - min(call.at for call in calls) + last_answer,
        calls=len(calls),
        throttled=sum(call.error == "ThrottlingException" for call in calls),
        billed_units=bill.units,
        lost_units=sum(call.units for call in lost),
        billed_again=bill.texts_billed_again,
        lost_texts=sum(call.billed_documents for call in lost),
        documents_a_call=sum(batches) / len(batches),
    )
