"""Who may ask, and what each of them sees."""

import hashlib

import pytest

from aurastream.domain.keys import LOCAL_TENANT, Tenant
from aurastream.entrypoints.http.authentication import ApiKeys, LocalOnly
from tests.integration.http.service import ACME, RIVAL, Bench, Client

KEYS = {"key of acme": ACME, "new key of acme": ACME, "key of rival": RIVAL}
OPEN = ["/v1/health", "/v1/openapi.json", "/docs"]
CLOSED = ["/v1/jobs", "/v1/jobs/job_0000000000000000000000000A", "/v1/nothing", "/", "/docs/", "/v1/health/"]


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture
def keyed() -> Bench:
    return Bench(authenticate=ApiKeys({digest(key): tenant for key, tenant in KEYS.items()}))


@pytest.fixture
def local() -> Bench:
    return Bench(authenticate=LocalOnly(), secured=False)


@pytest.mark.parametrize(("key", "tenant"), KEYS.items())
def test_a_key_names_its_tenant(keyed: Bench, key: str, tenant: Tenant) -> None:
    made = keyed.client()("POST", "/v1/jobs", "{}", media="application/json", headers={"X-API-Key": key})
    assert made.status_code == 201
    assert [job.tenant for job in keyed.store.jobs] == [tenant]


@pytest.mark.parametrize(
    "key", ["", "wrong", "KEY OF ACME", digest("key of acme"), "sha256:" + digest("key of acme"), "é"]
)
@pytest.mark.parametrize("path", CLOSED)
def test_without_a_good_key_nothing_is_told(keyed: Bench, path: str, key: str) -> None:
    answer = keyed.client()("GET", path, headers={"X-API-Key": key.encode()} if key else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"]
    assert key == "" or key not in answer.text


def test_two_keys_are_none(keyed: Bench) -> None:
    both = [("X-API-Key", "key of acme"), ("X-API-Key", "key of rival")]
    assert keyed.client()("GET", "/v1/jobs", headers=both).status_code == 401


def test_a_method_that_is_none_is_not_told_to_strangers(keyed: Bench) -> None:
    assert keyed.client()("DELETE", "/v1/jobs").status_code == 401


@pytest.mark.parametrize("path", OPEN)
def test_some_pages_are_for_everybody(keyed: Bench, path: str) -> None:
    client = keyed.client()
    assert client("GET", path).status_code == 200
    assert client("GET", path, headers={"X-API-Key": "wrong"}).status_code == 200
    assert client("POST", path).status_code == 405
    assert keyed.client(root_path="/prod")("GET", f"/prod{path}").status_code == 200


def test_a_body_is_not_read_for_strangers(keyed: Bench) -> None:
    answer = keyed.client()("POST", "/v1/sentiment", b"{", media="application/json")
    assert answer.status_code == 401


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]", "[::1]:65535"])
def test_without_keys_this_machine_is_one_tenant(local: Bench, host: str) -> None:
    client = local.client()
    assert client("POST", "/v1/jobs", json={}, headers={"Host": host}).status_code == 201
    assert [key.tenant for key in local.store.jobs] == [LOCAL_TENANT]
    own = {"Host": host, "Origin": f"http://{host}"}
    assert client("GET", "/v1/jobs", headers=own).status_code == 200


HOSTS = [
    "evil.test",
    "localhost.evil.test",
    "evil.test:8000",
    "127.0.0.1.evil.test",
    "127.0.0.2",
    "0.0.0.0:8000",
    "localhost:",
    "localhost:8000:8000",
    "localhost:8000@evil.test",
    "[::1",
    "::1",
    "",
    " localhost",
    "2130706433",
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", [*OPEN, "/v1/jobs", "/v1/nothing"])
def test_a_name_that_was_made_to_point_here_is_refused(local: Bench, path: str, host: str) -> None:
    answer = local.client()("GET", path, headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "misdirected")


ORIGINS = [
    "https://evil.test",
    "null",
    "http://localhost:3000",
    "http://127.0.0.1:8000",
    "https://localhost:8000",
    "http://localhost",
    "",
    "http://localhost:8000.evil.test",
]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(
    "route", [("GET", "/v1/health"), ("GET", "/docs"), ("POST", "/v1/jobs"), ("POST", "/v1/uploads")]
)
def test_a_foreign_page_is_refused(local: Bench, origin: str, route: tuple[str, str]) -> None:
    answer = local.client()(*route, "{}", headers={"Host": "localhost:8000", "Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    assert local.store.jobs == {}


def test_no_answer_invites_other_origins(local: Bench) -> None:
    answer = local.client()("OPTIONS", "/v1/jobs")
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_answer_forbids_guessing_and_keeping(bench: Bench, client: Client) -> None:
    job = bench.job()
    for path in ("/v1/jobs", f"/v1/jobs/{job.key.job_id}", "/v1/nothing", "/docs", "/v1/openapi.json"):
        answer = client("GET", path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] in ("no-store", "private, no-cache", "no-cache")
        assert len(answer.headers.get_list("X-Request-Id")) == 1
