"""Who calls the API: signed, keyed or not at all."""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

PATIENCE = 120.0
"""Seconds that a job may take here before we say that it never ends."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls an API, with the credentials of a user, with a key, or with neither."""

    base: str
    trust: ssl.SSLContext | bool
    region: str
    user: Credentials | None = None
    key: str | None = None

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; `body` is sent as JSON, `content` as it is."""
        url = f"{self.base}{path}"
        data = json.dumps(body).encode() if body is not None else content or b""
        given = {"Content-Type": "application/json", **(headers or {})}
        if self.key:
            given["x-api-key"] = self.key
        if self.user:
            request = AWSRequest(method=method, url=url, data=data, headers=given)
            SigV4Auth(self.user, "execute-api", self.region).add_auth(request)
            given = dict(request.headers.items())
        with httpx.Client(verify=self.trust, timeout=60) as client:
            return client.request(method, url, content=data, headers=given)

    def get(self, path: str) -> Any:
        """What lies under a path, which must be there."""
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def score(self, body: object, **headers: str) -> httpx.Response:
        """Ask for sentiment."""
        return self.send("POST", "/v1/sentiment", body=body, headers=headers)

    def answer(self, body: object) -> Any:
        """What is answered at once; asked again where a busy machine made a promise of it."""
        for _ in range(6):
            answer = self.score(body)
            if answer.status_code != 202:
                break
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submit(self, content: bytes, media_type: str, query: str = "mode=ASYNC") -> str:
        """Send a file in the body; its job's id."""
        answer = self.send(
            "POST", f"/v1/sentiment?{query}", content=content, headers={"Content-Type": media_type}
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def upload(self, content: bytes, **options: object) -> str:
        """Send a file by its own form; its job's id."""
        created = self.send("POST", "/v1/jobs", body=options)
        assert created.status_code == 201, created.text
        form = created.json()["upload"]
        with httpx.Client(verify=self.trust, timeout=60) as client:
            sent = client.post(form["url"], data=form["fields"], files={"file": ("file", content)})
        assert sent.status_code in (200, 201, 204), sent.text
        return str(created.json()["job_id"])

    def wait(self, job_id: str, *, patience: float = PATIENCE) -> Any:
        """The job when it has ended; its counts add up at every look."""
        until = time.monotonic() + patience
        while True:
            job = self.get(f"/v1/jobs/{job_id}")
            counts = job["counts"]
            parts = ("succeeded", "failed", "skipped", "cancelled", "pending")
            assert counts["total"] == sum(counts[part] for part in parts)
            if job["status"] not in ("AWAITING_UPLOAD", "QUEUED", "RUNNING"):
                return job
            assert time.monotonic() < until, f"{job['status']} after {patience} s"
            time.sleep(0.3)

    def outcomes(self, job_id: str) -> list[Any]:
        """All of a job's outcomes, page by page."""
        found: list[Any] = []
        cursor = ""
        while True:
            page = self.get(f"/v1/jobs/{job_id}/results?limit=1000{cursor}")
            found += page["results"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def export(self, job_id: str) -> bytes:
        """The caller's file with our columns, from where the API sends to."""
        answer = self.send("GET", f"/v1/jobs/{job_id}/export")
        assert answer.status_code == 303, answer.text
        with httpx.Client(verify=self.trust, timeout=60) as client:
            download = client.get(answer.headers["location"])
        assert download.status_code == 200, download.text
        return download.content
