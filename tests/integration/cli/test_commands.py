"""Commands, from what is typed to the exit code."""

import csv
import json
from pathlib import Path

import pytest

from tests.integration.cli.command import run

MARKER = "zebra-canary"
REVIEWS = "id,review,shop\n" + "".join(
    f'r{n},"{"I love it" if n % 2 else "It broke at once and nobody helped"}, really",{n % 3}\n'
    for n in range(60)
)


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    file = tmp_path / "reviews.csv"
    file.write_text(REVIEWS, encoding="utf-8")
    return file


def test_one_text_is_told_in_words_and_in_json(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "I love these shoes")
    assert (told.code, told.out.split()[0]) == (0, "POSITIVE")
    outcome = json.loads(run(tmp_path, "--json", "analyze", "-", stdin="I hate waiting for hours").out)
    assert outcome["sentiment"] == "NEGATIVE"
    assert sum(outcome["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_lines_come_back_in_order_and_a_bad_one_spoils_no_other(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": "I love it"}),
        "{broken",
        json.dumps({"text": ""}),
        json.dumps({"id": "d", "text": "\ud800"}),
        json.dumps("Just a string that is bad."),
        json.dumps(
            {"id": 6, "text": "Das ist wirklich ein sehr schlechtes Produkt gewesen", "language": "de"}
        ),
    ]
    told = run(tmp_path, "analyze", "--ndjson", stdin="\n".join(lines))
    outcomes = [json.loads(line) for line in told.out.splitlines()]
    assert told.code == 3
    assert [outcome["id"] for outcome in outcomes] == ["a", "2", "3", "4", "5", "6"]
    assert [outcome["status"] for outcome in outcomes] == [
        "SUCCEEDED",
        "FAILED",
        "SKIPPED",
        "FAILED",
        "SUCCEEDED",
        "SKIPPED",
    ]
    assert outcomes[1]["error"] == {"code": "malformed_row", "retryable": False, "line": 2}
    assert outcomes[5]["error"]["code"] == "unsupported_language"


def test_a_file_becomes_an_export_and_a_job_that_can_be_asked_about(tmp_path: Path, reviews: Path) -> None:
    output = tmp_path / "scored.csv"
    told = run(
        tmp_path / "data", "--json", "submit", str(reviews), "--id-column", "id", "--output", str(output)
    )
    job = json.loads(told.out)
    assert (told.code, job["status"], job["counts"]["succeeded"]) == (0, "SUCCEEDED", 60)
    with output.open(encoding="utf-8", newline="") as scored:
        rows = list(csv.DictReader(scored))
    assert [row["id"] for row in rows] == [row["aura_id"] for row in rows] == [f"r{n}" for n in range(60)]
    job_id = job["job_id"]
    listed = json.loads(run(tmp_path / "data", "--json", "jobs").out)["jobs"]
    assert [one["job_id"] for one in listed] == [job_id]
    results = run(tmp_path / "data", "results", job_id).out.splitlines()
    assert [json.loads(line)["row"] for line in results] == list(range(1, 61))
    summary = json.loads(run(tmp_path / "data", "--json", "summary", job_id, "--group-by", "shop").out)
    assert sum(group["count"] for group in summary["groups"]["shop"]) == 60
    assert run(tmp_path / "data", "export", job_id).out == output.read_text(encoding="utf-8")
    assert run(tmp_path / "data", "retry", job_id).code == 4
    assert run(tmp_path / "data", "delete", job_id).code == 0
    assert run(tmp_path / "data", "status", job_id).code == 6


def test_a_file_that_cannot_be_read_says_why_and_what_there_is(tmp_path: Path, reviews: Path) -> None:
    told = run(tmp_path / "data", "submit", str(reviews), "--text-column", "comment")
    assert told.code == 4
    assert "column_not_found" in told.out
    assert "'review'" in told.out


def test_a_dry_run_costs_nothing_and_says_what_it_would(tmp_path: Path, reviews: Path) -> None:
    job = json.loads(run(tmp_path / "data", "--json", "submit", str(reviews), "--dry-run").out)
    assert (job["status"], job["counts"]["skipped"], job["cost"]["estimated_units"]) == ("SUCCEEDED", 60, 180)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["analyze"], 2),
        (["nonsense"], 2),
        (["analyze", "  "], 4),
        (["submit", "there-is-no-such.csv"], 2),
        (["status", "job_00000000000000000000000000"], 6),
        (["export", "../../etc/passwd"], 6),
        (["--url", "http://127.0.0.1:9", "jobs"], 5),
    ],
)
def test_what_goes_wrong_has_an_exit_code_and_a_sentence_on_stderr(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    told = run(tmp_path / "data", *arguments)
    assert told.code == code
    assert told.err
    assert told.out == ""


def test_a_variable_that_nobody_knows_is_named(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "fine", AURASTREAM_TABEL="x")
    assert told.code == 2
    assert "AURASTREAM_TABEL" in told.err


def test_the_doctor_says_what_works(tmp_path: Path) -> None:
    findings = json.loads(run(tmp_path, "--json", "doctor").out)["findings"]
    assert {finding["ok"] for finding in findings} == {True, None}


def test_debugging_tells_nothing_of_a_text(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(f"text\nThis {MARKER} is good\n", encoding="utf-8")
    told = run(tmp_path / "data", "--debug", "submit", str(file))
    assert told.code == 0
    assert MARKER not in told.err + told.out


def labelled(rows: int) -> str:
    texts = (
        ("I love it so much", "positive"),
        ("It is awful and broken", "negative"),
        ("It arrived today", "neutral"),
    )
    return "text,label\n" + "".join(f"{texts[n % 3][0]} {n},{texts[n % 3][1]}\n" for n in range(rows))


def test_an_engine_is_measured_on_labels(tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    file.write_text(labelled(60), encoding="utf-8")
    report = json.loads(run(tmp_path, "--json", "evaluate", str(file), "--label-column", "label").out)
    assert (report["texts"], report["scored"]) == (60, 60)
    assert report["accuracy"] > 0.6


def test_labels_of_another_kind_are_refused_by_line(tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    file.write_text("text,label\nfine,5 stars\n", encoding="utf-8")
    told = run(tmp_path, "evaluate", str(file), "--label-column", "label")
    assert told.code == 4
    assert "line 2" in told.err


def test_too_few_labels_calibrate_nothing(tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    file.write_text(labelled(49), encoding="utf-8")
    told = run(tmp_path, "calibrate", str(file), "--label-column", "label")
    assert (told.code, "50" in told.err) == (4, True)


def skewed(rows: int) -> str:
    """Labels of somebody to whom whatever arrives is good news."""
    return "text,label\n" + "".join(
        f"The parcel number {n} arrived today,{'neutral' if n % 10 == 0 else 'positive'}\n"
        for n in range(rows)
    )


def test_a_calibration_that_helps_is_stored_and_named_by_jobs(tmp_path: Path) -> None:
    file, data = tmp_path / "labelled.csv", tmp_path / "data"
    file.write_text(skewed(120), encoding="utf-8")
    report = json.loads(run(data, "--json", "calibrate", str(file), "--label-column", "label").out)
    assert report["after"]["accuracy"] > report["before"]["accuracy"]
    named = report["calibration"]
    scored = json.loads(
        run(data, "--json", "submit", str(file), "--text-column", "text", "--calibration", named).out
    )
    assert scored["status"] == "SUCCEEDED"
    outcomes = [json.loads(line) for line in run(data, "results", scored["job_id"]).out.splitlines()]
    assert sum(outcome["sentiment"] == "POSITIVE" for outcome in outcomes) > 100
    plain = json.loads(run(data, "--json", "analyze", "The parcel number 3 arrived today").out)
    assert outcomes[0]["engine"]["version"] != plain["engine"]["version"]


def test_a_job_that_names_an_unknown_calibration_ends_and_says_so(tmp_path: Path, reviews: Path) -> None:
    told = run(tmp_path / "data", "submit", str(reviews), "--calibration", "none@0123456789ab")
    assert told.code == 4
    assert "calibration_not_found" in told.out


def test_a_policy_is_tuned_and_followed(tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    file.write_text(labelled(300), encoding="utf-8")
    report = json.loads(
        run(tmp_path, "--json", "tune", str(file), "--label-column", "label", "--target", "0.8").out
    )
    assert report["accuracy_there"] >= 0.8
    unknown = run(
        tmp_path,
        "analyze",
        "x",
        AURASTREAM_ENGINE="cascade",
        AURASTREAM_CASCADE_POLICY="no@0123456789ab",
        AWS_REGION="eu-west-1",
    )
    assert unknown.code == 2
    assert "aurastream tune" in unknown.err
