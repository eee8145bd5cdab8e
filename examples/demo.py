"""Real customer feedback through both paths of the service, on this machine and offline."""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
REVIEWS = HERE / "clothing_reviews.csv.gz"
CHAT = "I have been waiting for two weeks and nobody answers my emails. Really disappointed."
LONG_BYTES = 60_000
FINAL = {"SUCCEEDED", "SUCCEEDED_WITH_ERRORS", "FAILED", "CANCELLED", "EXPIRED"}


def main() -> int:
    """Run the demonstration; 0 if every row that went in came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo-results"), help="where the export goes")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data_dir,
        _server(Path(data_dir)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        _chat(client)
        _long_text(client)
        return _file(client, output)


def _chat(client: httpx.Client) -> None:
    began = time.monotonic()
    answer = _ok(client.post("/v1/sentiment", json={"text": CHAT, "mode": "SYNC"}))
    took = (time.monotonic() - began) * 1000
    print(f"\n1. A chat message, answered at once (HTTP 200 after {took:.0f} ms)")
    print(f"   “{CHAT}”")
    scores = ", ".join(f"{name} {share:.3f}" for name, share in answer["scores"].items())
    print(f"   {answer['sentiment']}: {scores}")


def _long_text(client: httpx.Client) -> None:
    sentence = "The staff was friendly and helped me at once, but the room was cold and the lift was broken. "
    text = (sentence * (LONG_BYTES // len(sentence) + 1))[:LONG_BYTES]
    promise = client.post("/v1/sentiment", json={"text": text, "mode": "AUTO"})
    job = _follow(client, _ok(promise)["job_id"], quiet=True)
    [outcome] = _ok(client.get(job["links"]["results"]))["results"]
    print(f"\n2. A text of {len(text):,} bytes, promised (HTTP {promise.status_code}) and scored as a job")
    print(f"   {job['job_id']}: {outcome['sentiment']}, read in {outcome['segments']} segment(s)")


def _file(client: httpx.Client, output: Path) -> int:
    print(f"\n3. {REVIEWS.name}, sent as ASYNC")
    headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    query = {"mode": "ASYNC", "text_column": "Review Text", "filename": "clothing_reviews.csv"}
    promise = client.post("/v1/sentiment", params=query, content=REVIEWS.read_bytes(), headers=headers)
    began = time.monotonic()
    job = _follow(client, _ok(promise)["job_id"])
    took = time.monotonic() - began
    counts = job["counts"]
    cost = job["cost"]
    print(f"   {job['status']} in {took:.1f} s: " + ", ".join(f"{n:,} {what}" for what, n in counts.items()))
    print(f"   Comprehend would have cost ${cost['estimated_usd']:.2f}, this cost ${cost['usd']:.2f}")
    summary = _ok(client.get(job["links"]["summary"], params={"group_by": "Department Name"}))
    (output / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    export = output / "clothing_reviews.scored.csv"
    with client.stream("GET", job["links"]["export"]) as stream, export.open("wb") as file:
        for part in stream.iter_bytes():
            file.write(part)
    rows = _show(export)
    print(f"\n   {rows:,} rows in the export:  {export}")
    print(f"   Totals and shares:         {output / 'summary.json'}")
    whole = rows == counts["total"] and counts["pending"] == 0 and job["status"].startswith("SUCCEEDED")
    return 0 if whole else 1


def _follow(client: httpx.Client, job_id: str, *, quiet: bool = False) -> dict[str, Any]:
    """Poll a job to its end; its ledger has to add up every time."""
    shown = -1
    while True:
        job: dict[str, Any] = _ok(client.get(f"/v1/jobs/{job_id}"))
        counts = job["counts"]
        if counts["total"] != sum(counts[part] for part in counts if part != "total"):
            raise SystemExit(f"the ledger of {job_id} does not add up: {counts}")
        done = counts["total"] - counts["pending"]
        if not quiet and done != shown:
            print(
                f"   {done:>6,} of {counts['total']:,} rows, {job.get('rate') or 0:,.0f} rows/s", flush=True
            )
            shown = done
        if job["status"] in FINAL:
            return job
        time.sleep(0.1 if quiet else 0.3)


def _show(export: Path) -> int:
    """Print five rows; say how many there are."""
    rows = 0
    print()
    with export.open(encoding="utf-8", newline="") as file:
        for rows, row in enumerate(csv.DictReader(file), 1):
            if rows <= 5:
                text = " ".join(row["Review Text"].split())
                text = text if len(text) <= 60 else text[:59] + "…"
                print(f"   {row['aura_id']:>2}  {row['aura_sentiment'] or row['aura_status']:<9} {text}")
    return rows


def _ok(response: httpx.Response) -> dict[str, Any]:
    if response.status_code >= 400:
        raise SystemExit(f"{response.request.method} {response.request.url.path}: {response.text}")
    answer: dict[str, Any] = response.json()
    return answer


@contextmanager
def _server(data_dir: Path) -> Iterator[str]:
    """The service on a free loopback port, for as long as it is needed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AURASTREAM_")}
    command = [
        sys.executable,
        "-m",
        "aurastream.entrypoints.cli",
        "serve",
        "--port",
        "0",
        "--data-dir",
        data_dir,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            print(line)
            if not line.startswith("AuraStream listening on "):
                raise SystemExit("the service did not start")
            yield line.rpartition(" ")[2]
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
