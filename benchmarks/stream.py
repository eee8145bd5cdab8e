"""
Texts through `aurastream analyze --ndjson -` on one core, beside a plain script: speed, start, size.

The texts are made up, or those of the column `text` of a file (BENCH_LABELLED), drawn again and again.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from aurastream.entrypoints.cli.labelled import read_labelled
from benchmarks.processes import Run, measured
from benchmarks.rows import write_rows

DOCUMENTS = 100_000
STARTS = 9
ONE = b'{"id": "1", "text": "The support team was great and solved my problem."}\n'
OURS = (sys.executable, "-m", "aurastream.entrypoints.cli", "analyze", "--ndjson", "-")
PLAIN = (sys.executable, str(Path(__file__).with_name("plain_stream.py")))


def main() -> None:
    """Print a line for either."""
    print(f"{DOCUMENTS:,} texts; the median of {STARTS} starts\n")
    columns = (
        "texts/s by the wall",
        "texts a second of the processor",
        "first answer ms",
        "processor ms",
        "peak MiB",
    )
    print(f"| what | {' | '.join(columns)} |")
    print("|---|---|---|---|---|---|")
    for what, command in (("aurastream analyze --ndjson", OURS), ("plain script, vaderSentiment", PLAIN)):
        run = on_one_core(command)
        first = median(first_answer(command) for _ in range(STARTS))
        start = median(one_text(command).cpu for _ in range(STARTS)) * 1000
        speeds = f"{DOCUMENTS / run.wall:,.0f} | {DOCUMENTS / run.cpu:,.0f}"
        print(
            f"| {what} | {speeds} | {first:.0f} | {start:.0f} | {run.peak_mib:.0f} |",
            flush=True,
        )


def on_one_core(command: Sequence[str]) -> Run:
    """All the texts through a process that has one core."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.ndjson"
        _write(file)
        with file.open("rb") as texts:
            return measured(command, stdin=texts, cores={min(os.sched_getaffinity(0))})


def one_text(command: Sequence[str]) -> Run:
    """A process that has one text to answer."""
    with tempfile.TemporaryFile() as text:
        text.write(ONE)
        text.seek(0)
        return measured(command, stdin=text)


def _write(file: Path) -> None:
    source = os.environ.get("BENCH_LABELLED")
    if source:
        found = read_labelled(Path(source), text_column="text", label_column="label")
        texts = [one.text for one in found.texts]
    else:
        write_rows(file, DOCUMENTS)
        texts = [line.split(",", 2)[2] for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    told = islice(cycle(texts), DOCUMENTS)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"id": str(at), "text": text}) + "\n" for at, text in enumerate(told))


def first_answer(command: Sequence[str]) -> float:
    """Milliseconds from the start of the process to the first line."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(ONE)
        process.stdin.flush()
        process.stdout.readline()
        took = (time.perf_counter() - began) * 1000
        process.stdin.close()
    return took
