"""
How right the engines are that need no account, by `aurastream evaluate`, written into the README.

BENCH_DATA is the folder of the labelled texts that the model was trained on; what is looked at are those that
were kept from training, a tenth of each file by the hash of the text.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL
from benchmarks.stream import DOCUMENTS, OURS, STARTS, first_answer, on_one_core, one_text
from training.corpus import text_hash
from training.manifest import DEV_ONE_IN

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- quality: what `python -m benchmarks quality` says -->", "<!-- end of quality -->"
FILES = {
    "vader_amazon_half": "sentences of product reviews",
    "mams_restaurants": "sentences on restaurants",
    "tse_tweets": "tweets",
    "clothing_reviews": "reviews of clothes",
}
ENGINES = ("embedded", "lexicon")


def main() -> None:
    """Print the table, and put it where the README has the one before."""
    data = os.environ.get("BENCH_DATA")
    if not data:
        print("set BENCH_DATA to the folder of the labelled texts; nothing was measured")
        return
    table = "\n".join(_lines(Path(data)))
    print(table)
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _lines(data: Path) -> Iterator[str]:
    reports = [
        (what, [_report(data / f"{name}.csv.gz", one) for one in ENGINES]) for name, what in FILES.items()
    ]
    versions = {report["engine"]["name"]: report["engine"]["version"] for report in reports[0][1]}
    yield ", ".join(f"`{name}` {version}" for name, version in versions.items()) + ":"
    yield ""
    yield "| texts | engine | accuracy | macro F1 | calibration error | answerable at 90 % |"
    yield "|---|---|---|---|---|---|"
    for what, both in reports:
        for report in both:
            yield _row(f"{report['texts']:,} {what}", report)
    yield ""
    yield "`aurastream analyze --ndjson -` from the start of its process, JSON in and out:"
    yield ""
    columns = (
        "model",
        "first answer after",
        "of it the processor's",
        "texts a second of one core",
        "largest size",
    )
    yield f"| {' | '.join(columns)} |"
    yield "|---|---|---|---|---|"
    size = ENGLISH_MODEL.stat().st_size / 1e6
    first = median(first_answer(OURS) for _ in range(STARTS))
    start = median(one_text(OURS).cpu for _ in range(STARTS)) * 1000
    run = on_one_core(OURS)
    speed = f"{DOCUMENTS / run.cpu:,.0f}"
    yield f"| {size:.1f} MB | {first:.0f} ms | {start:.0f} ms | {speed} | {run.peak_mib:.0f} MiB |"


def _row(texts: str, report: Mapping[str, Any]) -> str:
    figures = [report[name] for name in ("accuracy", "macro_f1", "calibration_error", "answerable_at_90")]
    told = " | ".join(f"{figure:.3f}".removeprefix("0") for figure in figures)
    return f"| {texts} | {report['engine']['name']} | {told} |"


def _report(file: Path, engine: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept.csv"
        with (
            gzip.open(file, "rt", encoding="utf-8", newline="") as rows,
            kept.open("w", encoding="utf-8") as out,
        ):
            writer = csv.writer(out)
            writer.writerow(("text", "label"))
            for row in csv.DictReader(rows):
                if text_hash(row["text"]) % DEV_ONE_IN == 0:
                    writer.writerow((row["text"], row["label"]))
        command = [sys.executable, "-m", "aurastream.entrypoints.cli", "--json", "evaluate", str(kept)]
        ran = subprocess.run(
            [*command, "--label-column", "label", "--text-column", "text", "--engine", engine],
            check=True,
            capture_output=True,
            text=True,
        )
    report: dict[str, Any] = json.loads(ran.stdout)
    return report
