"""The service as commands see it: over HTTP, also when it lives in this very process."""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from aurastream.domain.keys import JobKey
from aurastream.entrypoints.cli.account import to_mend
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import SERVICE, USAGE, EndedError, refused
from aurastream.settings import Settings, hash_of

FINAL = frozenset({"SUCCEEDED", "SUCCEEDED_WITH_ERRORS", "FAILED", "CANCELLED", "EXPIRED"})
POLL_SECONDS = 0.3
INLINE_BYTES = 3_500_000
"""Files up to here go with the request, larger ones by the upload form."""
INLINE_MEDIA = frozenset({"text/csv", "text/plain", "application/x-ndjson"})
"""Files that a request may carry; of any other the form's side finds out what it is."""
TRIES = 4
_NOTHING: Mapping[str, Exception] = MappingProxyType({})


class Client:
    """One server, one key. Whatever it refuses comes out as a sentence and an exit code."""

    def __init__(
        self, http: httpx.Client, *, in_process: bool, hindered: Mapping[str, Exception] = _NOTHING
    ) -> None:
        """`hindered` says why jobs that are worked on in this process got stuck, by their ids."""
        self._http, self._hindered = http, hindered
        self.in_process = in_process

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path."""
        given = {name: value for name, value in query.items() if value is not None}
        return _said(self._send("GET", path, params=given))

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON that comes back; sent again under one key if the answer gets lost."""
        return _said(self._send("POST", path, json=body, headers=_once()))

    def delete(self, path: str) -> None:
        """Gone, or an error."""
        self._send("DELETE", path)

    def analyze(self, documents: list[dict[str, str]]) -> list[Any]:
        """An outcome for each, now, or when the job that was promised has them."""
        answer = self.post("/v1/sentiment", {"documents": documents})
        if "job_id" not in answer:
            found: list[Any] = answer["results"]
            return found
        for _ in self.follow(answer["job_id"]):
            pass
        outcomes = list(self.results(answer["job_id"]))
        for outcome in outcomes:
            del outcome["row"]  # of the job's file, of which nobody here knows
        return outcomes

    def submit(self, file: Path, media: str | None, options: Mapping[str, Any]) -> Any:
        """A job for a file: with the request if it is small, by the upload form if it is not."""
        given = {name: value for name, value in options.items() if value is not None}
        if media not in INLINE_MEDIA or file.stat().st_size > INLINE_BYTES:
            return self._upload(file, given)
        headers = {"Content-Type": str(media), **_once()}
        if file.suffix == ".gz":
            headers["Content-Encoding"] = "gzip"
        query = {name: "true" if value is True else value for name, value in given.items()}
        promise = self._send(
            "POST",
            "/v1/sentiment",
            params={**query, "mode": "ASYNC"},
            content=file.read_bytes(),
            headers=headers,
        )
        return self.get(f"/v1/jobs/{_said(promise)['job_id']}")

    def _upload(self, file: Path, options: Mapping[str, Any]) -> Any:
        job = self.post("/v1/jobs", dict(options))
        form = job["upload"]
        with file.open("rb") as content, self._reached():
            sent = self._http.post(
                form["url"], data=form["fields"], files={"file": ("file", content)}, timeout=None
            )
        if sent.status_code >= 300:
            is_ours = "problem+json" in sent.headers.get("Content-Type", "")
            raise _refusal(sent) if is_ours else _not_stored(sent)
        return job

    def follow(self, job_id: str) -> Iterator[Any]:
        """
        The job as it stands, again and again, up to its end.

        Raises:
            EndedError: it gets no further before somebody has mended what AWS refuses; it is kept meanwhile.
        """
        while True:
            job = self.get(f"/v1/jobs/{job_id}")
            yield job
            if job["status"] in FINAL:
                return
            error = self._hindered.get(job_id)
            if error is not None and (told := to_mend(error)):
                goes_on = f"`aurastream status {job_id} --wait` goes on from where it was"
                raise EndedError(f"{told}; the job is kept, and {goes_on}", SERVICE)
            time.sleep(POLL_SECONDS)

    def results(self, job_id: str) -> Iterator[Any]:
        """The outcomes that are there now, in row order."""
        cursor = None
        while True:
            page = self.get(f"/v1/jobs/{job_id}/results", cursor=cursor, limit=1000)
            yield from page["results"]
            cursor = page["next_cursor"]
            if cursor is None or not page["results"]:
                return

    @contextmanager
    def export(self, job_id: str) -> Iterator[httpx.Response]:
        """The export as a stream."""
        path = f"/v1/jobs/{job_id}/export"
        with self._reached(), self._http.stream("GET", path, follow_redirects=True) as response:
            if response.status_code >= 400:
                response.read()
                raise _refusal(response)
            yield response

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Where the server does not answer, or not to the end, that is how the command ends."""
        try:
            yield
        except httpx.TransportError as error:
            raise EndedError(
                f"the server at {self._http.base_url} does not answer; see that it runs, and that --url or "
                "AURASTREAM_URL names it",
                SERVICE,
            ) from error

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        for attempt in range(1, TRIES):
            with suppress(httpx.TransportError):
                response = self._http.request(method, path, **request)
                if response.status_code not in (429, 503):
                    break
            time.sleep(0.2 * 2**attempt)
        else:
            with self._reached():
                response = self._http.request(method, path, **request)
        if response.status_code >= 400:
            raise _refusal(response)
        return response


def _once() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


def _said(response: httpx.Response) -> Any:
    """
    The JSON object of an answer.

    Raises:
        EndedError: it is none, so somebody else answers there.
    """
    try:
        said = response.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise _stranger(response)
    return said


def _stranger(response: httpx.Response) -> EndedError:
    return EndedError(
        f"{response.url.host} answered {response.status_code}, and not as AuraStream does; see that --url or "
        "AURASTREAM_URL names a server of it, and that --api-key is right",
        SERVICE,
    )


def _refusal(response: httpx.Response) -> EndedError:
    problem = _said(response)
    if "code" not in problem:
        return _stranger(response)
    places = ", ".join(f"{_option(one['pointer'])} {one['code']}" for one in problem.get("errors", ()))
    detail = (
        f"the request breaks a rule: {places}" if places else str(problem.get("detail", "no reason given"))
    )
    return refused(response.status_code, problem["code"], detail)


def _not_stored(response: httpx.Response) -> EndedError:
    """In an account it is the store that takes files, and it speaks otherwise than we do."""
    said = re.search(r"<Code>(\w{1,50})</Code>", response.text)
    reason = said[1] if said else response.status_code
    return EndedError(
        f"the store at {response.url.host} did not take the file ({reason}); see that it is no larger than "
        "the server allows, and submit it again",
        SERVICE,
    )


def _option(pointer: str) -> str:
    """The option that was given, where the place in a request is a name alone."""
    name = pointer.lstrip("/?")
    return f"--{name.replace('_', '-')}" if name.isidentifier() else pointer


@contextmanager
def connected(choices: Choices) -> Iterator[Client]:
    """
    A client of the server that was named, or of one that lives in this process for as long as it is needed.

    Raises:
        SettingsError
    """
    settings = Settings.from_environ(choices.environ)
    if settings.url:
        with _http(settings.url, settings.api_key) as http:
            yield Client(http, in_process=False)
        return
    from aurastream.entrypoints.serve import running

    key = secrets.token_urlsafe(24)
    guarded = settings.model_copy(update={"api_keys": {hash_of(key): "local"}})
    hindered: dict[str, Exception] = {}

    def note(job: JobKey, error: Exception) -> None:
        hindered[job.job_id] = error

    with running(guarded, host="127.0.0.1", port=0, on_failed=note) as url, _http(url, key) as http:
        yield Client(http, in_process=True, hindered=hindered)


def _http(url: str, api_key: str | None) -> httpx.Client:
    if not re.match(r"https?://[^/]", url):
        raise EndedError("a server is named as http://HOST:PORT, by --url or AURASTREAM_URL", USAGE)
    headers = {"X-API-Key": api_key} if api_key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=httpx.Timeout(30, connect=5), trust_env=True)
