"""Commands, from what is typed to the exit code."""

import csv
import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aurastream.entrypoints.cli.extras import EXTRAS
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests.canary import MARKER
from tests.integration.cli.command import command_line, environment_of, run, run_on_terminal, serving

ROOT = Path(__file__).parents[3]
REVIEWS = "id,review,shop\n" + "".join(
    f'r{n},"{"I love it" if n % 2 else "It broke at once and nobody helped"}, really, {MARKER}",{n % 3}\n'
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
    assert re.search(r"aurastream: column_not_found: .*: 'id', 'review', 'shop'", told.err)


def test_a_file_without_a_header_says_so_and_loses_no_row(tmp_path: Path) -> None:
    file = tmp_path / "said.csv"
    file.write_text("I love it\nIt broke at once\n", encoding="utf-8")
    told = run(tmp_path / "data", "submit", str(file))
    assert (told.code, "2 total, 2 succeeded" in told.out) == (0, True)
    assert "without a header, text in 'column_1'" in told.out


def test_rows_that_failed_are_told_of_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "ragged.csv"
    file.write_text("id,text\n1,good\n2\n3,bad\n", encoding="utf-8")
    told = run(tmp_path / "data", "--json", "submit", str(file))
    job = json.loads(told.out)
    assert (told.code, job["status"]) == (3, "SUCCEEDED_WITH_ERRORS")
    assert f"1 row(s) failed; `aurastream results {job['job_id']}`" in told.err


def test_a_dry_run_costs_nothing_and_says_what_it_would(tmp_path: Path, reviews: Path) -> None:
    job = json.loads(run(tmp_path / "data", "--json", "submit", str(reviews), "--dry-run").out)
    assert (job["status"], job["counts"]["skipped"], job["cost"]["estimated_units"]) == ("SUCCEEDED", 60, 180)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["analyze"], 2),
        (["nonsense"], 2),
        (["analyze", "--language", "english please", "fine"], 2),
        (["jobs", "--status", "DONE"], 2),
        (["analyze", "  "], 4),
        (["analyze", "not UTF-8: \udcff"], 4),
        (["analyze", "--language", "xx", "fine"], 4),
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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["analyse", "fine"], "did you mean analyze?"),
        (["--url", "localhost:8000", "jobs"], "http://HOST:PORT"),
        (["--url", "http://", "jobs"], "http://HOST:PORT"),
        (["--url", "http://127.0.0.1:9", "jobs"], "see that it runs, and that --url"),
        (["status", "job_00000000000000000000000000"], "`aurastream jobs` lists"),
        (["jobs", "--data-dir", "/proc/none"], "AURASTREAM_DATA_DIR: /proc/none cannot be used"),
        (["serve", "--port", "0", "--data-dir", "/proc/none"], "name another one"),
        (["export", "job_00000000000000000000000000", "--output", "/proc/none/x"], "there is no directory"),
        (["export", "job_00000000000000000000000000", "--output", "-"], "writes to stdout"),
    ],
)
def test_the_sentence_says_what_to_do(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert told in run(tmp_path / "data", *arguments).err


def test_a_rule_that_an_option_breaks_is_told_by_its_name(tmp_path: Path, reviews: Path) -> None:
    told = run(tmp_path / "data", "submit", str(reviews), "--calibration", "nameless")
    assert (told.code, "--calibration" in told.err) == (4, True)


@pytest.mark.parametrize(
    ("package", "extra"), [("boto3", "aws"), ("vaderSentiment", "lexicon"), ("click", "local")]
)
def test_a_package_that_is_missing_is_named_with_the_extra_that_brings_it(
    tmp_path: Path, package: str, extra: str
) -> None:
    without = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = ['aurastream', 'analyze', 'fine']\n"
        "from aurastream.entrypoints.cli.app import main; main()"
    )
    engine = {"aws": "comprehend", "lexicon": "lexicon"}.get(extra, "embedded")
    ran = subprocess.run(
        [sys.executable, "-c", without],
        env=environment_of(tmp_path, AURASTREAM_ENGINE=engine, AWS_REGION="eu-west-1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"pip install 'aurastream[{extra}]'" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_every_package_of_an_extra_is_known() -> None:
    named = {package.lower().replace("_", "-") for packages in EXTRAS.values() for package in packages}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for extra in EXTRAS:
        for requirement in extras[extra]:
            assert re.split(r"[><=\[ ]", requirement)[0].lower() in named


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_holds_for_all_commands_may_be_said_before_and_behind_them(tmp_path: Path, place: int) -> None:
    arguments = ["analyze", "I love these shoes"]
    arguments.insert(place, "--json")
    assert json.loads(run(tmp_path, *arguments).out)["sentiment"] == "POSITIVE"


def test_a_text_that_is_not_scored_ends_alike_in_words_and_in_json(tmp_path: Path) -> None:
    told = run(tmp_path, "--json", "analyze", "--language", "xx", "fine")
    assert (told.code, json.loads(told.out)["error"]["code"]) == (4, "unsupported_language")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "-", stdin="not UTF-8: \udcff")
    assert (told.code, told.out) == (4, "")
    assert "UTF-8" in told.err


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "--ndjson", stdin='\n{"text": "fine"}\n  \nbroken\n\n')
    first, second = map(json.loads, told.out.splitlines())
    assert (first["id"], second["id"], second["error"]["line"]) == ("1", "2", 4)


def test_an_id_is_taken_as_in_a_file_and_never_made_up(tmp_path: Path) -> None:
    ids = [None, " ", 7, 1.5, True, {"a": 1}, "x" * 300]
    lines = [json.dumps({"id": given, "text": "fine"}) for given in ids]
    told = run(tmp_path, "analyze", "--ndjson", stdin="\n".join(lines))
    outcomes = [json.loads(line) for line in told.out.splitlines()]
    assert [one["id"] for one in outcomes] == ["1", "2", "7", "4", "5", "6", "7"]
    assert [one["status"] for one in outcomes] == ["SUCCEEDED"] * 3 + ["FAILED"] * 4
    assert {one["error"]["code"] for one in outcomes[3:]} == {"invalid_id"}


def test_a_model_file_that_is_none_is_named(tmp_path: Path) -> None:
    (models := tmp_path / "models").mkdir()
    (models / "klingon.npz").write_bytes(b"not a model")
    told = run(tmp_path, "analyze", "I love it")
    assert (told.code, told.out) == (2, "")
    assert "klingon.npz is no model file" in told.err


def test_a_line_longer_than_what_is_read_at_once_is_one_text(tmp_path: Path) -> None:
    lines = [json.dumps({"text": "I love it. " * 30_000}), json.dumps({"text": "I hate it."})]
    told = run(tmp_path, "analyze", "--ndjson", stdin="\n".join(lines))
    assert [json.loads(line)["sentiment"] for line in told.out.splitlines()] == ["POSITIVE", "NEGATIVE"]


def test_a_line_without_an_end_fails_and_the_next_one_is_read(tmp_path: Path) -> None:
    lines = ["I love it. " * 200_000, json.dumps({"id": "b", "text": "I hate it."})]
    told = run(tmp_path, "analyze", "--ndjson", stdin="\n".join(lines))
    first, second = map(json.loads, told.out.splitlines())
    assert (told.code, told.err) == (3, "")
    assert first == {
        "id": "1",
        "status": "FAILED",
        "error": {"code": "field_too_large", "retryable": False, "line": 1},
    }
    assert (second["id"], second["sentiment"]) == ("b", "NEGATIVE")


def test_null_is_an_empty_text_and_anything_else_is_none(tmp_path: Path) -> None:
    lines = ['{"id": "a", "text": null}', '{"id": "b"}', '{"id": "c", "text": 5}']
    told = run(tmp_path, "analyze", "--ndjson", stdin="\n".join(lines))
    outcomes = [json.loads(line) for line in told.out.splitlines()]
    assert [(one["id"], one["status"], one["error"]["code"]) for one in outcomes] == [
        ("a", "SKIPPED", "empty_text"),
        ("b", "SKIPPED", "empty_text"),
        ("c", "FAILED", "malformed_row"),
    ]
    assert told.code == 3


def test_lines_none_of_which_names_a_text_are_bad_input(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "--ndjson", stdin='{"review": "I love it"}\n' * 2)
    assert (told.code, len(told.out.splitlines())) == (4, 2)
    assert '{"text": "…"}' in told.err


def test_lines_of_json_are_utf_8_wherever_they_are_written(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "--ndjson", stdin='{"id": "é", "text": "fine"}', PYTHONIOENCODING="ascii")
    assert (told.code, json.loads(told.out)["id"]) == (0, "é")


def test_a_text_without_an_end_is_refused(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "-", stdin="é" * 1_000_001)
    assert (told.code, told.out) == (4, "")
    assert "2,000,000 bytes; `aurastream submit` takes files" in told.err


def test_a_files_name_is_a_text_but_its_reader_is_told_how_to_score_the_file(
    tmp_path: Path, reviews: Path
) -> None:
    told = run(tmp_path / "data", "analyze", str(reviews))
    assert (told.code, told.out.split()[0]) == (0, "NEUTRAL")
    assert "aurastream submit FILE" in told.err
    assert run(tmp_path, "analyze", "é" * 200).err == ""  # too long for a name


def test_a_language_is_told_by_a_tag_or_found_out(tmp_path: Path) -> None:
    lines = ['{"text": "fine", "language": "en-GB"}', '{"text": "fine", "language": 5}']
    told = run(tmp_path, "analyze", "--ndjson", stdin="\n".join(lines))
    assert [json.loads(line)["language"]["source"] for line in told.out.splitlines()] == ["caller", "default"]


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        command_line("analyze", "--ndjson"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment_of(tmp_path),
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b'{"text": "fine"}\n')
        process.stdin.flush()
        assert process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b'{"text": "fine"}\n')
        process.stdin.close()
        assert (process.wait(60), process.stderr.read()) == (0, b"")


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Commands that hear a Ctrl-C, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupted_wait_says_how_to_go_on_and_loses_nothing(tmp_path: Path) -> None:
    file, data = tmp_path / "many.csv", tmp_path / "data"
    file.write_text("text\n" + "It broke at once and nobody helped.\n" * 30_000, encoding="utf-8")
    with subprocess.Popen(
        command_line("submit", str(file)), stderr=subprocess.PIPE, env=environment_of(data), text=True
    ) as process:
        assert process.stderr
        job_id = process.stderr.readline().strip()
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        assert process.wait(60) == 130
    assert f"aurastream status {job_id} --wait" in told
    job = json.loads(run(data, "--json", "status", job_id, "--wait").out)
    assert (job["status"], job["counts"]["succeeded"]) == ("SUCCEEDED", 30_000)


def test_who_waits_for_a_job_is_told_how_it_ended(tmp_path: Path, reviews: Path) -> None:
    refused = run(tmp_path / "data", "--json", "submit", str(reviews), "--text-column", "comment")
    job_id = json.loads(refused.out)["job_id"]
    assert run(tmp_path / "data", "status", job_id).code == 0
    assert run(tmp_path / "data", "status", job_id, "--wait").code == refused.code == 4


def test_where_the_export_cannot_go_nothing_is_begun(tmp_path: Path, reviews: Path) -> None:
    told = run(tmp_path / "data", "submit", str(reviews), "--output", str(tmp_path / "no" / "out.csv"))
    assert told.code == 2
    assert json.loads(run(tmp_path / "data", "--json", "jobs").out)["jobs"] == []


@pytest.mark.parametrize(
    ("content", "form"),
    [('{"text": "good"}\n{"text": "bad"}\n', "ndjson"), ('[{"text": "good"}, {"text": "bad"}]', "json")],
)
def test_a_json_file_is_read_by_what_is_in_it(tmp_path: Path, content: str, form: str) -> None:
    file = tmp_path / "texts.json"
    file.write_text(content, encoding="utf-8")
    job = json.loads(run(tmp_path / "data", "--json", "submit", str(file)).out)
    assert (job["status"], job["counts"]["succeeded"], job["input"]["format"]) == ("SUCCEEDED", 2, form)


@pytest.mark.parametrize("source", ["-", "/dev/stdin"])
def test_a_file_may_come_through_a_pipe(tmp_path: Path, source: str) -> None:
    output = tmp_path / "out.csv"
    told = run(tmp_path / "data", "submit", source, "--output", str(output), stdin=REVIEWS)
    assert told.code == 0
    assert len(output.read_text(encoding="utf-8").splitlines()) == 61


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    for ending in ("csv", "unheard-of"):
        file = tmp_path / f"bad \udcff; “name”.{ending}"
        file.write_text(REVIEWS, encoding="utf-8")
        assert run(tmp_path / "data", "submit", str(file)).code == 0


def test_the_callers_cells_are_neutralised_when_asked(tmp_path: Path) -> None:
    file, output = tmp_path / "formulas.csv", tmp_path / "out.csv"
    file.write_text("n,text\n=1+1,good\n", encoding="utf-8")
    for asked, cell in ((), "=1+1"), (("--escape-input",), "'=1+1"):
        run(tmp_path / "data", "submit", str(file), "--output", str(output), *asked)
        assert output.read_text(encoding="utf-8").splitlines()[1].startswith(f"{cell},good,1,SUCCEEDED")


def test_a_column_that_makes_no_groups_is_answered_with_those_that_do(tmp_path: Path, reviews: Path) -> None:
    job_id = json.loads(run(tmp_path / "data", "--json", "submit", str(reviews)).out)["job_id"]
    told = run(tmp_path / "data", "summary", job_id, "--group-by", "city")
    assert told.code == 4
    assert "'shop'" in told.err


def test_on_a_terminal_there_is_a_bar_and_an_id_that_can_be_copied(tmp_path: Path, reviews: Path) -> None:
    told = run_on_terminal(tmp_path / "data", "submit", str(reviews))
    assert told.code == 0
    assert "rows/s" in told.out
    assert "60/60" in told.out
    [job] = json.loads(run(tmp_path / "data", "--json", "jobs").out)["jobs"]
    assert job["job_id"] in run_on_terminal(tmp_path / "data", "jobs", columns=40).out.replace("\r\n", "")


def test_elsewhere_there_are_plain_lines(tmp_path: Path, reviews: Path) -> None:
    told = run(tmp_path / "data", "submit", str(reviews))
    assert "60/60 rows" in told.err
    assert "\x1b" not in told.err + told.out


def test_a_server_is_driven_like_the_process_itself_by_whoever_has_its_key(
    tmp_path: Path, reviews: Path
) -> None:
    output = tmp_path / "out.csv"
    with serving(tmp_path / "server", AURASTREAM_API_KEYS="acme:secret") as url:
        there = {"AURASTREAM_URL": url, "AURASTREAM_API_KEY": "secret"}
        for text in ("I love it", "I love it. " * 500):  # the second one becomes a job
            told = run(tmp_path, "--json", "analyze", text, "--url", url, "--api-key", "secret")
            assert (told.code, json.loads(told.out).get("row")) == (0, None)
        told = run(tmp_path, "submit", str(reviews), **there)  # does not wait
        assert (told.code, told.out.split()[0][:4]) == (0, "job_")
        told = run(tmp_path, "submit", str(reviews), "--output", str(output), **there)
        assert (told.code, len(output.read_text(encoding="utf-8").splitlines())) == (0, 61)
        assert run(tmp_path, "doctor", **there).code == 0
        assert run(tmp_path, "doctor", "--url", url).code == 5
        for key in ((), ("--api-key", "wrong")):
            told = run(tmp_path, "jobs", "--url", url, *key)
            assert told.code == 2
            assert "AURASTREAM_API_KEY" in told.err


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = run(tmp_path, "serve", "--port", port)
        other = run(tmp_path, "standin", "comprehend", "--port", port)
    assert (told.code, port in told.err, "--port" in told.err) == (5, True, True)
    assert (other.code, port in other.err, "--port" in other.err) == (5, True, True)


class Stranger(BaseHTTPRequestHandler):
    """Answers, and knows nothing of AuraStream."""

    status, body = 200, b""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (404, b"<html>"), (403, b'{"message": "Forbidden"}'), (400, b"[]")]
)
def test_somebody_else_at_the_address_is_taken_for_nobody_of_ours(
    tmp_path: Path, status: int, body: bytes
) -> None:
    answering = type("Answering", (Stranger,), {"status": status, "body": body})
    with HTTPServer(("127.0.0.1", 0), answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        told = run(tmp_path, "jobs", "--url", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert (told.code, told.out) == (5, "")
    assert f"answered {status}, and not as AuraStream does; see that --url" in told.err


@pytest.mark.parametrize("command", ["analyze", "doctor", "serve"])
def test_an_engine_that_nobody_knows_is_named_with_those_there_are(tmp_path: Path, command: str) -> None:
    arguments = {"analyze": ["fine"], "doctor": [], "serve": ["--port", "0"]}[command]
    told = run(tmp_path, command, *arguments, AURASTREAM_ENGINE="zzz")
    assert told.code == (5 if command == "doctor" else 2)
    assert "cascade" in told.out + told.err


def test_a_variable_that_nobody_knows_is_named(tmp_path: Path) -> None:
    told = run(tmp_path, "analyze", "fine", AURASTREAM_TABEL="x")
    assert told.code == 2
    assert "AURASTREAM_TABEL" in told.err


def test_the_doctor_says_what_works(tmp_path: Path) -> None:
    findings = json.loads(run(tmp_path, "--json", "doctor").out)["findings"]
    assert {finding["ok"] for finding in findings} == {True, None}


def test_the_doctor_names_what_an_account_still_needs(tmp_path: Path) -> None:
    given = {"AURASTREAM_HOME": "aws", "AURASTREAM_ENGINE": "comprehend", "AWS_REGION": "eu-west-1"}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    told = run(tmp_path, "doctor", **given, **keys)
    assert told.code == 5
    assert "AURASTREAM_ENGINE, AURASTREAM_HOME" in told.out
    for name in ("TABLE", "UPLOADS_BUCKET", "STATE_MACHINE_ARN", "RETRY_QUEUE_URL"):
        assert f"AURASTREAM_{name} is not set" in told.out


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


def test_without_credentials_a_submit_ends_and_its_job_goes_on_with_them(
    tmp_path: Path, reviews: Path
) -> None:
    stranger = {
        "AURASTREAM_ENGINE": "comprehend",
        "AWS_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
    }
    data = tmp_path / "data"
    ended = run(data, "submit", str(reviews), "--language", "en", **stranger)
    assert ended.code == 5
    assert ended.err.count("will be tried again") == 1
    *_, last = ended.err.splitlines()
    assert "AWS knows no credentials of yours" in last
    [going_on] = re.findall(r"`aurastream (status job_\w+ --wait)`", last)
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None)) as standin:
        known = {
            **stranger,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL_COMPREHEND": standin.url,
        }
        resumed = run(data, "--json", *going_on.split(), **known)
    job = json.loads(resumed.out)
    assert (resumed.code, job["status"], job["counts"]["succeeded"]) == (0, "SUCCEEDED", 60)
