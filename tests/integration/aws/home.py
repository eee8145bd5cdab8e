"""The home in an account in one process: the functions' own handlers and the workflow, over moto."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ClientError
from dependency_injector import providers

from aurastream.domain.job import Job
from aurastream.domain.keys import JobId, JobKey, upload_key
from aurastream.entrypoints.aws.functions import Function, function
from aurastream.entrypoints.aws.gateway import gateway_handler
from aurastream.entrypoints.aws.identity import tenant_of_principal
from aurastream.entrypoints.aws.retries import retry_handler
from aurastream.entrypoints.aws.settling import settle_handler
from aurastream.entrypoints.aws.tasks import chunk_handler, finish_handler, prepare_handler
from aurastream.entrypoints.aws.uploads import upload_handler
from aurastream.entrypoints.http.wiring import other_routes, route_served_elsewhere, sentiment_route
from tests import simulated_aws as aws
from tests.fakes import FakeClock
from tests.infra.environments import STATE_MACHINE
from tests.infra.workflow import TaskError, Walk, filled
from tests.unit.lambdas.functions import CONTEXT

PRINCIPAL = "arn:aws:iam::123456789012:user/anna"
TENANT = tenant_of_principal(PRINCIPAL, {})
ASYNCHRONOUS_TRIES = 3
"""How often Lambda invokes a function whose caller does not wait, before it gives the event up."""
_FUNCTIONS = {"PrepareJobFunction": "prepare", "ProcessChunkFunction": "chunk", "FinishJobFunction": "finish"}


def workflow() -> dict[str, Any]:
    """The workflow as it is deployed."""
    values = {"Partition": "aws", "BulkWorkers": "5", **_FUNCTIONS}
    filled = re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], STATE_MACHINE.read_text())
    definition: dict[str, Any] = json.loads(filled)
    return definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller was answered."""

    status: int
    headers: Mapping[str, str]
    body: str

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Execution(Walk):
    """A walk whose map reads its items from the bucket."""

    def _map(self, state: Any, value: Any) -> Any:
        named = filled(state["ItemReader"]["Parameters"], value)
        try:
            self.items = json.load(aws.s3().get_object(**named)["Body"])
        except ClientError:
            raise TaskError("States.ItemReaderFailed") from None
        return super()._map(state, value)


@dataclass(kw_only=True)
class AwsHome:
    """A stack in an empty account; time passes when a test says so."""

    comprehend_url: str
    clock: FakeClock = field(default_factory=FakeClock)
    settings: Mapping[str, str] = field(default_factory=dict)
    rests: list[Any] = field(default_factory=list)
    """Upload events that were given up."""

    def __post_init__(self) -> None:
        aws.make_table()
        aws.make_buckets()
        queue, _ = aws.make_queues()
        self.machine = aws.make_state_machine()
        self._environ = {
            "AURASTREAM_HOME": "aws",
            "AURASTREAM_ENGINE": "comprehend",
            "AURASTREAM_TABLE": aws.TABLE,
            "AURASTREAM_UPLOADS_BUCKET": aws.UPLOADS,
            "AURASTREAM_RESULTS_BUCKET": aws.RESULTS,
            "AURASTREAM_RETRY_QUEUE_URL": queue,
            "AURASTREAM_STATE_MACHINE_ARN": self.machine,
            **self.settings,
        }

    def function(self, name: str) -> Function:
        """The parts of a function, as its module makes them; its clients are the account's."""
        made = function(name, self._environ, keeps_results=True)
        comprehend = providers.Object(aws.comprehend_at(self.comprehend_url))
        container = made.container
        container.clock.override(providers.Object(self.clock))
        for client, stand_in in {
            "dynamodb": aws.dynamodb(),
            "s3": aws.s3(),
            "sqs": aws.sqs(),
            "step_functions": aws.step_functions(),
            "event_bridge": aws.event_bridge(),
        }.items():
            getattr(container.aws, client).override(providers.Object(stand_in))
        for engines in (container.live, container.bulk):
            engines.comprehend_client.override(comprehend)
        return made

    @cached_property
    def _sentiment(self) -> Any:
        made = self.function("sentiment")
        return gateway_handler(made, sentiment_route(made.container))

    @cached_property
    def _jobs(self) -> Any:
        made = self.function("jobs")
        return gateway_handler(made, [*other_routes(made.container, secured=True), route_served_elsewhere()])

    @cached_property
    def _start(self) -> Any:
        return upload_handler(self.function("start_job"))

    @cached_property
    def _tasks(self) -> dict[str, Any]:
        return {
            "prepare": prepare_handler(self.function("prepare_job")),
            "chunk": chunk_handler(self.function("process_chunk")),
            "finish": finish_handler(self.function("finish_job")),
        }

    @cached_property
    def retry(self) -> Any:
        """The function that keeps promises."""
        return retry_handler(self.function("retry_document"))

    @cached_property
    def settle(self) -> Any:
        """The function of the schedule."""
        return settle_handler(self.function("settle_overdue"))

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Told:
        """A request as API Gateway passes it on."""
        given = {"Host": "abc.example", "Content-Type": "application/json", **(headers or {})}
        event = {
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": method,
            "headers": given,
            "multiValueHeaders": {name: [value] for name, value in given.items()},
            "queryStringParameters": dict(query or {}) or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()}
            or None,
            "requestContext": {"path": path, "identity": {"userArn": PRINCIPAL}},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        serve = self._sentiment if (method, path) == ("POST", "/v1/sentiment") else self._jobs
        answer = serve(event, CONTEXT)
        return Told(status=answer["statusCode"], headers=answer["headers"], body=answer["body"])

    def submit(self, content: bytes) -> JobKey:
        """Send a file in the body, which has to be taken."""
        csv = {"Content-Type": "text/csv"}
        answer = self.send("POST", "/v1/sentiment", content, query={"mode": "ASYNC"}, headers=csv)
        assert answer.status == 202, answer.body
        return JobKey(TENANT, JobId(answer.json()["job_id"]))

    def form(self) -> JobKey:
        """A job that waits for its file."""
        created = self.send("POST", "/v1/jobs", b"{}")
        assert created.status == 201, created.body
        return JobKey(TENANT, JobId(created.json()["job_id"]))

    def job(self, key: JobKey) -> Job:
        """The job as it is now."""
        job: Job = self.function("a look").container.jobs().get(key)
        return job

    def arrive(self, key: JobKey) -> None:
        """The event of a job's upload."""
        self.deliver(event_of(upload_key(key)))

    def deliver(self, event: Any) -> None:
        """An event for `start_job`, delivered as Lambda does: a few times, then it rests."""
        for _ in range(ASYNCHRONOUS_TRIES):
            try:
                self._start(event, CONTEXT)
            except Exception:  # whatever a function dies of, Lambda invokes it again
                continue
            return
        self.rests.append(event)

    def redrive(self) -> None:
        """Invoke `start_job` again with what rests."""
        events, self.rests = self.rests, []
        for event in events:
            self.deliver(event)

    def work(self) -> None:
        """Every execution that was started, from its beginning to its end."""
        for given in aws.inputs_of(self.machine):
            self.walk(json.loads(given))

    def walk(self, given: Any) -> Walk:
        """One execution."""
        way = Execution(self.task, [])
        way.run(workflow(), given)
        return way

    def task(self, name: str, payload: Any) -> Any:
        """One task of the workflow, done as if an execution had come to it."""
        try:
            return self._tasks[name](payload, CONTEXT)
        except Exception as error:  # a task fails by the name of what its function died of
            raise TaskError(type(error).__name__) from None


def event_of(key: str) -> Any:
    """What S3 tells of an object that is there."""
    head = aws.s3().head_object(Bucket=aws.UPLOADS, Key=key)
    about = {"key": quote_plus(key, safe="/"), "eTag": head["ETag"].strip('"'), "size": head["ContentLength"]}
    return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": aws.UPLOADS}, "object": about}}]}
