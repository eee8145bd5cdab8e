"""A file through `aurastream submit`: rows a second and peak memory, beside a plain script."""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Run, measured
from benchmarks.rows import write_rows

SIZES = (100_000, 1_000_000)


def main() -> None:
    """Print a row a size; memory has to stay within 1.5 times whatever the size."""
    sizes = [int(size) for size in os.environ.get("BENCH_ROWS", "").split(",") if size] or list(SIZES)
    print("| rows | what | wall s | rows/s | cpu s | peak MiB |")
    print("|---|---|---|---|---|---|")
    peaks = []
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "rows.csv", Path(folder) / "scored.csv"
            write_rows(source, rows)
            ours = _submit(source, target, Path(folder) / "data")
            with target.open("rb") as scored:
                came_out = sum(1 for _ in scored) - 1
            if came_out != rows:
                raise SystemExit(f"{rows} rows went in, {came_out} came out")
            _show(rows, "aurastream submit", ours)
            if rows == sizes[0]:
                script = measured([sys.executable, "-m", "benchmarks.plain_script", str(source), str(target)])
                _show(rows, "plain script, vaderSentiment", script)
            peaks.append(ours.peak_mib)
    if len(peaks) > 1:
        print(f"\npeak memory of {sizes[-1]:,} rows is {peaks[-1] / peaks[0]:.2f} times that of {sizes[0]:,}")


def _submit(source: Path, target: Path, data_dir: Path) -> Run:
    command = [sys.executable, "-m", "aurastream.entrypoints.cli", "--data-dir", str(data_dir)]
    return measured([*command, "submit", str(source), "--wait", "--output", str(target)])


def _show(rows: int, what: str, run: Run) -> None:
    speed = rows / run.wall
    print(
        f"| {rows:,} | {what} | {run.wall:.1f} | {speed:,.0f} | {run.cpu:.1f} | {run.peak_mib:.0f} |",
        flush=True,
    )
