"""Four times as many calls as a server can serve: what is answered in time, and what the rest is told."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import quantiles

import httpx

from benchmarks.processes import account

AT_ONCE = 8
ENGINE_MS = 200
STANDIN = (
    *("aurastream.testing.comprehend", "--port", "0", "--latency-ms", str(ENGINE_MS)),
    *("--tps", "10000", "--batch-tps", "10000"),
)
SERVE = ("aurastream.entrypoints.cli", "serve", "--port", "0")
PEAK_SECONDS, SECONDS = 10.0, 20.0
IN_TIME = 1.0
"""Seconds after which an answer is no longer worth much."""

_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One call: how it was answered, after how long, and whether it was told when to come back."""

    status: int
    seconds: float
    comes_back: bool

    @property
    def good(self) -> bool:
        """Answered or promised in time."""
        return self.status in (200, 202) and self.seconds <= IN_TIME


def main() -> None:
    """Print the goodput at the peak and beyond, and what the others were told."""
    with _served() as url:
        asyncio.run(_closed(url, 5, 2.0))
        peak = _rate(asyncio.run(_closed(url, 2 * AT_ONCE, PEAK_SECONDS)), PEAK_SECONDS)
        offered = 4 * peak
        answers = asyncio.run(_open(url, offered, SECONDS))
    goodput = _rate(answers, SECONDS)
    shed = [answer for answer in answers if answer.status in (429, 503)]
    served = [answer for answer in answers if answer.good]
    others = len(answers) - len(shed) - len(served)
    print("| what | reached | wanted |\n|---|---|---|")
    print(f"| goodput of {2 * AT_ONCE} callers, calls/s | {peak:.1f} | |")
    print(f"| goodput at {offered:.0f} calls/s | {goodput:.1f} | >= {0.9 * peak:.1f} |")
    print(f"| of the peak | {goodput / peak:.2f} | >= 0.90 |")
    print(f"| answered in time, p99 | {_percentile(served, 99):.0f} ms | <= {1000 * IN_TIME:.0f} ms |")
    print(f"| sent away with 503 or 429 | {len(shed)} of {len(answers)} | |")
    print(f"| ... told when to come back | {sum(answer.comes_back for answer in shed)} | {len(shed)} |")
    print(f"| ... after, median | {_percentile(shed, 50):.0f} ms | <= 50 ms |")
    print(f"| ... after, p90 | {_percentile(shed, 90):.0f} ms | <= 50 ms |")
    print(f"| ... after, p99 | {_percentile(shed, 99):.0f} ms | |")
    print(f"| neither | {others} | 0 |")


@contextmanager
def _served() -> Iterator[str]:
    """A server whose engine takes its time; either in a process of its own, as callers are."""
    with tempfile.TemporaryDirectory() as folder, _listening(*STANDIN) as engine:
        environment = {
            **account(engine),
            "AURASTREAM_COMPREHEND_DETECT_TPS": "10000",
            "AURASTREAM_MAX_LIVE_CALLS": str(AT_ONCE),
        }
        with _listening(*SERVE, "--data-dir", folder, **environment) as url:
            yield url


@contextmanager
def _listening(*command: str, **environment: str) -> Iterator[str]:
    """A process that says in its first line where it listens, for as long as it is needed."""
    with subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


async def _closed(url: str, callers: int, seconds: float) -> list[Answer]:
    """So many callers, each of whom sends when it was answered."""
    answers: list[Answer] = []
    end = time.monotonic() + seconds
    async with _client(url) as http:

        async def caller() -> None:
            while time.monotonic() < end:
                answers.append(await _ask(http))

        await asyncio.gather(*(caller() for _ in range(callers)))
    return answers


async def _open(url: str, a_second: float, seconds: float) -> list[Answer]:
    """So many calls a second, whether or not anybody is answered."""
    async with _client(url) as http:
        began, sent = time.monotonic(), []
        for number in range(int(a_second * seconds)):
            await asyncio.sleep(began + number / a_second - time.monotonic())
            sent.append(asyncio.create_task(_ask(http)))
        return list(await asyncio.gather(*sent))


async def _ask(http: httpx.AsyncClient) -> Answer:
    began = time.monotonic()
    answer = await http.post(
        "/v1/sentiment", json={"text": f"It is great, said caller {next(_numbers)}", "language": "en"}
    )
    took = time.monotonic() - began
    return Answer(status=answer.status_code, seconds=took, comes_back="retry-after" in answer.headers)


def _client(url: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(base_url=url, timeout=30, limits=limits)


def _rate(answers: list[Answer], seconds: float) -> float:
    return sum(answer.good for answer in answers) / seconds


def _percentile(answers: list[Answer], percent: int) -> float:
    return 1000 * quantiles((answer.seconds for answer in answers), n=100)[percent - 1]
