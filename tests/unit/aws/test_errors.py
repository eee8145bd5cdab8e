"""The translation of AWS's errors is complete: every operation we call, against what its model declares."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import botocore.exceptions
import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from aurastream.adapters import aws as adapters
from aurastream.adapters.aws import clients, s3_blob_store
from aurastream.adapters.aws.bedrock_engine import BedrockEngine
from aurastream.adapters.aws.comprehend_engine import ComprehendEngine
from aurastream.adapters.aws.dynamodb_idempotency_store import DynamoDbIdempotencyStore
from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from aurastream.adapters.aws.dynamodb_ledger import DynamoDbLedger
from aurastream.adapters.aws.errors import engine_errors, translated
from aurastream.adapters.aws.event_bridge_notifier import EventBridgeNotifier
from aurastream.adapters.aws.messages import message_of
from aurastream.adapters.aws.s3_blob_store import S3BlobStore
from aurastream.adapters.aws.sqs_failed_events import SqsFailedEvents
from aurastream.adapters.aws.sqs_retry_queue import SqsRetryQueue
from aurastream.adapters.aws.step_functions_workflow_starter import StepFunctionsWorkflowStarter
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.errors import (
    AuraStreamError,
    BlobChangedError,
    BlobNotFoundError,
    CallRejectedError,
    EngineUnavailableError,
    StaleJobError,
    UnavailableError,
)
from aurastream.domain.idempotency import Answer, RequestKey, Turn
from aurastream.domain.keys import BlobKey, JobId
from aurastream.domain.language import ENGLISH, LanguageSource
from aurastream.domain.tickets import Ticket
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, LATER, MUCH_LATER, NOON, OUTCOMES, fresh, key, running
from tests.fakes import FakeClock

Act = Callable[[], object]
BLOB = BlobKey("work/acme/blob")
CALL = Call(tenant=ACME, priority=Priority.LIVE)
REQUEST = RequestKey(tenant=ACME, method="POST", path="/v1/jobs", key="k")


@cache
def comprehend() -> Any:
    client = clients.comprehend_client(aws.session(), clients.LIVE_ENGINE)
    aws.WIRE.attach(client)
    return client


CLIENTS: dict[str, Callable[[], Any]] = {
    "bedrock-runtime": aws.bedrock,
    "comprehend": comprehend,
    "dynamodb": aws.dynamodb,
    "events": aws.event_bridge,
    "s3": aws.s3,
    "sqs": aws.sqs,
    "stepfunctions": aws.step_functions,
}


def jobs() -> DynamoDbJobRepository:
    return DynamoDbJobRepository(aws.dynamodb(), aws.TABLE, clock=FakeClock(), chance=Random(1))


def ledger() -> DynamoDbLedger:
    return DynamoDbLedger(aws.dynamodb(), aws.TABLE, clock=FakeClock(), chance=Random(1))


def requests() -> DynamoDbIdempotencyStore:
    return DynamoDbIdempotencyStore(aws.dynamodb(), aws.TABLE, clock=FakeClock(), chance=Random(1))


def blobs() -> S3BlobStore:
    return S3BlobStore(
        aws.s3(), uploads_bucket=aws.UPLOADS, results_bucket=aws.RESULTS, clock=FakeClock(NOON)
    )


def score(documents: int) -> Act:
    engine = ComprehendEngine(comprehend(), clock=FakeClock())
    texts = [
        Document(id=str(n), text=f"text {n}", language=ENGLISH, source=LanguageSource.CALLER)
        for n in range(documents)
    ]
    return lambda: engine.analyze(texts, CALL)


def ask_a_model() -> Act:
    engine = BedrockEngine(aws.bedrock(), model_id="a.model", clock=FakeClock())
    text = Document(id="1", text="text", language=ENGLISH, source=LanguageSource.CALLER)
    return lambda: engine.analyze([text], CALL)


def with_blob(act: Callable[[S3BlobStore], object]) -> Act:
    blobs().write(BLOB, [b"x"])
    return lambda: act(blobs())


def with_job(act: Callable[[DynamoDbJobRepository], object]) -> Act:
    running(jobs())
    return lambda: act(jobs())


def commit() -> Act:
    job = running(jobs())
    return lambda: ledger().commit(job.key, 0, OUTCOMES, now=LATER, deadline_at=MUCH_LATER)


def erase_outcomes() -> Act:
    commit()()
    return lambda: ledger().erase(key())


def finish_request() -> Act:
    turn = requests().begin(REQUEST, "f", job_id=JobId("job"), now=NOON, until=LATER)
    assert isinstance(turn, Turn)
    answer = Answer(status=202, body=b"", job_id=key().job_id)
    return lambda: requests().finish(turn, answer, until=LATER)


def failed_events() -> SqsFailedEvents:
    return SqsFailedEvents(aws.sqs(), aws.sqs().get_queue_url(QueueName="retry-dead")["QueueUrl"])


def queue() -> SqsRetryQueue:
    return SqsRetryQueue(
        aws.sqs(),
        queue_url=aws.sqs().get_queue_url(QueueName="retry")["QueueUrl"],
        dead_letter_url=aws.sqs().get_queue_url(QueueName="retry-dead")["QueueUrl"],
        look=0,
    )


def tickets() -> list[Ticket]:
    queue().put(key(), now=NOON)
    return list(queue().take(now=NOON, until=NOON + timedelta(minutes=5), limit=1))


def with_ticket(act: Callable[[SqsRetryQueue, Ticket], object]) -> Act:
    [ticket] = tickets()
    return lambda: act(queue(), ticket)


def rest(body: str) -> None:
    dead = aws.sqs().get_queue_url(QueueName="retry-dead")["QueueUrl"]
    aws.sqs().send_message(QueueUrl=dead, MessageBody=body)


def list_what_rests() -> None:
    rest("none of ours")
    queue().resting(1)


def put_back() -> None:
    rest(message_of(key()))
    queue().redrive(1, now=NOON)


def start() -> None:
    machine = f"arn:aws:states:{aws.REGION}:123456789012:stateMachine:work"
    StepFunctionsWorkflowStarter(aws.step_functions(), machine).start(key())


def large() -> Iterator[bytes]:
    yield bytes(s3_blob_store.PIECE + 1)


def broken_off() -> Iterator[bytes]:
    yield bytes(2 * s3_blob_store.PIECE)
    yield b"x"
    raise RuntimeError("the source broke off")


CALLS: dict[tuple[str, str], Callable[[], Act]] = {
    ("bedrock-runtime", "Converse"): ask_a_model,
    ("comprehend", "DetectSentiment"): lambda: score(1),
    ("comprehend", "BatchDetectSentiment"): lambda: score(2),
    ("dynamodb", "GetItem"): lambda: lambda: jobs().get(key()),
    ("dynamodb", "UpdateItem"): lambda: lambda: jobs().save(fresh()),
    ("dynamodb", "PutItem"): finish_request,
    ("dynamodb", "Query"): lambda: lambda: jobs().page(ACME, status=None, after=None, limit=1),
    ("dynamodb", "BatchGetItem"): lambda: with_job(
        lambda jobs: jobs.page(ACME, status=None, after=None, limit=1)
    ),
    ("dynamodb", "BatchWriteItem"): erase_outcomes,
    ("dynamodb", "TransactWriteItems"): commit,
    ("events", "PutEvents"): lambda: lambda: EventBridgeNotifier(aws.event_bridge()).job_ended(fresh()),
    ("s3", "PutObject"): lambda: lambda: blobs().write(BLOB, [b"x"]),
    ("s3", "CreateMultipartUpload"): lambda: lambda: blobs().write(BLOB, large()),
    ("s3", "UploadPart"): lambda: lambda: blobs().write(BLOB, large()),
    ("s3", "CompleteMultipartUpload"): lambda: lambda: blobs().write(BLOB, large()),
    ("s3", "AbortMultipartUpload"): lambda: lambda: blobs().write(BLOB, broken_off()),
    ("s3", "GetObject"): lambda: with_blob(lambda blobs: list(blobs.read(BLOB))),
    ("s3", "HeadObject"): lambda: with_blob(lambda blobs: blobs.stat(BLOB)),
    ("s3", "ListObjectsV2"): lambda: with_blob(lambda blobs: blobs.erase(BlobKey("work/acme/"))),
    ("s3", "DeleteObjects"): lambda: with_blob(lambda blobs: blobs.erase(BlobKey("work/acme/"))),
    ("sqs", "SendMessage"): lambda: lambda: queue().put(key(), now=NOON),
    ("sqs", "ReceiveMessage"): lambda: lambda: queue().take(now=NOON, until=LATER, limit=1),
    ("sqs", "DeleteMessage"): lambda: with_ticket(lambda queue, ticket: queue.ack(ticket)),
    ("sqs", "ChangeMessageVisibilityBatch"): lambda: list_what_rests,
    ("sqs", "SendMessageBatch"): lambda: put_back,
    ("sqs", "DeleteMessageBatch"): lambda: put_back,
    ("sqs", "GetQueueAttributes"): lambda: lambda: failed_events().count(),
    ("stepfunctions", "StartExecution"): lambda: start,
}
"""For each operation we call, something an adapter does that calls it."""

GIVING_UP = ("s3", "AbortMultipartUpload")
"""What follows upon another error, which the caller hears of instead."""

ASKED = [call for call in CALLS if call != GIVING_UP]

PRESIGNED = {"generate_presigned_post", "generate_presigned_url"}
"""These sign on this machine and send nothing."""

SERVICE_OF = {
    "bedrock": "bedrock-runtime",
    "comprehend": "comprehend",
    "dynamodb": "dynamodb",
    "event": "events",
    "s3": "s3",
    "sqs": "sqs",
    "step": "stepfunctions",
}

ENGINES = {"bedrock-runtime", "comprehend"}

BY_HAND = {
    "bedrock-runtime": ["ThrottlingException", "TooManyRequestsException", "ServiceUnavailable"],
    "comprehend": [
        "ThrottlingException",
        "TooManyRequestsException",
        "ServiceUnavailable",
        "InternalFailure",
    ],
    "dynamodb": [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
    ],
    "events": ["ThrottlingException", "Throttling", "InternalFailure", "ServiceUnavailable"],
    "s3": [
        "SlowDown",
        "RequestTimeout",
        "InternalError",
        "ServiceUnavailable",
        "OperationAborted",
        "ConditionalRequestConflict",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
    ],
    "sqs": ["RequestThrottled", "ThrottlingException", "Throttling", "OverLimit", "InternalError"],
    "stepfunctions": ["ThrottlingException", "TooManyRequestsException", "ServiceUnavailable"],
}
"""How a service says that it is busy, whether its model declares it or not."""

LET_IT_CRASH = {
    "bedrock-runtime": {
        "AccessDeniedException",  # no permission, or no access to the model
        "ResourceNotFoundException",  # no such model in the region
    },
    "dynamodb": {
        "ResourceNotFoundException",  # no such table
        "ItemCollectionSizeLimitExceededException",  # only with a local index, and there is none
        "IdempotentParameterMismatchException",  # every attempt has a token of its own
    },
    "events": set[str](),
    "s3": {
        "NoSuchBucket",
        "EncryptionTypeMismatch",  # appending and moving, which we never do
        "InvalidObjectState",  # an archived object: a lifecycle that is not ours
        "InvalidRequest",
        "InvalidWriteOffset",
        "TooManyParts",
    },
    "sqs": {
        "InvalidAddress",  # the queue's URL
        "InvalidAttributeName",
        "InvalidIdFormat",
        "InvalidMessageContents",  # our bodies are ASCII
        "InvalidSecurity",
        "KmsAccessDenied",
        "KmsDisabled",
        "KmsInvalidKeyUsage",
        "KmsInvalidState",
        "KmsNotFound",
        "KmsOptInRequired",
        "QueueDoesNotExist",
        "UnsupportedOperation",
        "TooManyEntriesInBatchRequest",
        "EmptyBatchRequest",
        "BatchEntryIdsNotDistinct",
        "BatchRequestTooLong",  # ten bodies of ours are a kilobyte
        "InvalidBatchEntryId",
    },
    "stepfunctions": {
        "InvalidArn",
        "InvalidExecutionInput",
        "InvalidName",
        "KmsAccessDeniedException",
        "KmsInvalidStateException",
        "StateMachineDeleting",
        "StateMachineDoesNotExist",
        "ValidationException",
    },
    "comprehend": set[str](),
}
"""What means that something is deployed wrongly, or that we are wrong: nobody could do anything about it."""

CRASHES, ANSWERS = "crashes", "answers"

MEANT: dict[tuple[str, str, str], str] = {
    ("bedrock-runtime", "Converse", "ValidationException"): CallRejectedError.__name__,
    ("stepfunctions", "StartExecution", "ExecutionAlreadyExists"): ANSWERS,
    ("sqs", "DeleteMessage", "ReceiptHandleIsInvalid"): ANSWERS,
    **{
        ("comprehend", operation, code): CallRejectedError.__name__
        for operation in ("DetectSentiment", "BatchDetectSentiment")
        for code in (
            "InvalidRequestException",
            "TextSizeLimitExceededException",
            "UnsupportedLanguageException",
            "BatchSizeLimitExceededException",
            "ValidationException",
        )
    },
    ("dynamodb", "UpdateItem", "ConditionalCheckFailedException"): StaleJobError.__name__,
    ("s3", "GetObject", "NoSuchKey"): BlobNotFoundError.__name__,
    ("s3", "GetObject", "PreconditionFailed"): BlobChangedError.__name__,
    ("s3", "HeadObject", "404"): BlobNotFoundError.__name__,
    ("s3", "UploadPart", "NoSuchUpload"): UnavailableError.__name__,
    ("s3", "CompleteMultipartUpload", "NoSuchUpload"): UnavailableError.__name__,
}
"""What has a meaning of its own at this operation."""

NEVER_ARISES = {
    # A put without a condition.
    ("dynamodb", "PutItem", "ConditionalCheckFailedException"),
    # Read by its reasons: tests/unit/aws/test_dynamodb_ledger.py.
    ("dynamodb", "TransactWriteItems", "TransactionCanceledException"),
    # A HEAD has no body, so that its code is the status: 404, above.
    ("s3", "HeadObject", "NoSuchKey"),
}


def declared(service: str, operation: str) -> list[str]:
    """The codes of the errors that the service's model declares for an operation."""
    shapes = CLIENTS[service]().meta.service_model.operation_model(operation).error_shapes
    return [shape.metadata.get("error", {}).get("code") or shape.name for shape in shapes]


def expected(service: str, operation: str) -> dict[str, str]:
    """What every error that an operation may answer with comes to."""
    meant = {code: what for (*call, code), what in MEANT.items() if call == [service, operation]}
    busy = "EngineUnavailableError" if service in ENGINES else "UnavailableError"
    codes = [*declared(service, operation), *BY_HAND[service], *meant]
    found = dict.fromkeys(codes, busy) | dict.fromkeys(LET_IT_CRASH[service] & {*codes}, CRASHES) | meant
    return {code: what for code, what in found.items() if (service, operation, code) not in NEVER_ARISES}


def is_discreet(error: Exception) -> bool:
    """Whether neither an error nor what is printed before it repeats the vendor's message."""
    silent = error.__context__ is None or error.__suppress_context__
    return silent and error.__cause__ is None and aws.SECRET not in str(error)


def outcome_of(act: Act) -> str:
    """What the caller of an adapter gets to see: an answer, an error of ours, or the vendor's."""
    try:
        act()
    except AuraStreamError as error:
        return type(error).__name__ if is_discreet(error) else "tells too much"
    except ClientError:
        return CRASHES
    return ANSWERS


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(s3_blob_store, "PIECE", 1_000)
    with aws.simulated_aws():
        aws.make_table()
        aws.make_buckets()
        aws.make_queues()
        yield


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("service", "operation"), ASKED)
def test_every_error_means_something_to_us_or_is_let_crash(service: str, operation: str) -> None:
    act, outcomes = CALLS[service, operation](), {}
    for code in expected(service, operation):
        with aws.refusing(CLIENTS[service](), operation, code):
            outcomes[code] = outcome_of(act)
    assert outcomes == expected(service, operation)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("service", "operation"), ASKED)
def test_a_status_alone_says_enough(service: str, operation: str) -> None:
    act, outcomes = CALLS[service, operation](), set()
    for status in (500, 502, 503, 504, 429):
        with aws.refusing(CLIENTS[service](), operation, "", status=status):
            outcomes.add(outcome_of(act))
    assert outcomes == {"EngineUnavailableError" if service in ENGINES else "UnavailableError"}


@pytest.mark.usefixtures("account")
def test_giving_up_an_upload_hides_nothing_of_what_went_wrong_before() -> None:
    for code in (*declared(*GIVING_UP), *BY_HAND["s3"], "AccessDenied"):
        with (
            aws.refusing(aws.s3(), "AbortMultipartUpload", code),
            pytest.raises(RuntimeError, match="broke off"),
        ):
            blobs().write(BLOB, broken_off())


@pytest.mark.parametrize("operation", ["DetectSentiment", "BatchDetectSentiment"])
@pytest.mark.parametrize(
    ("code", "throttled"),
    [
        ("ThrottlingException", True),
        ("TooManyRequestsException", True),
        ("InternalServerException", False),
        ("ServiceUnavailable", False),
    ],
)
def test_an_engine_says_whether_it_throttled(operation: str, code: str, throttled: bool) -> None:
    act = CALLS["comprehend", operation]()
    with aws.refusing(comprehend(), operation, code), pytest.raises(EngineUnavailableError) as error:
        act()
    assert error.value.throttled is throttled


def test_a_crash_of_an_engine_keeps_its_code_and_drops_its_message() -> None:
    act = score(1)
    with (
        aws.refusing(comprehend(), "DetectSentiment", "AccessDeniedException"),
        pytest.raises(ClientError) as crash,
    ):
        act()
    assert crash.value.response["Error"]["Code"] == "AccessDeniedException"
    assert aws.SECRET not in str(crash.value) + str(crash.value.response)
    assert crash.value.__suppress_context__


def test_what_the_model_does_not_allow_is_told_without_what_was_sent() -> None:
    with pytest.raises(ValueError) as error, engine_errors():
        comprehend().detect_sentiment(Text={"text": aws.SECRET}, LanguageCode="en")
    assert aws.SECRET not in str(error.value)
    assert error.value.__suppress_context__


def lost_connections() -> Iterator[type[Exception]]:
    """Every way in which botocore says that a call was not answered, or not whole."""
    kinds = vars(botocore.exceptions).values()
    classes = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception)]
    families = (botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError)
    yield from (kind for kind in classes if issubclass(kind, families))
    yield botocore.exceptions.IncompleteReadError
    yield botocore.exceptions.ChecksumError
    yield botocore.exceptions.FlexibleChecksumError
    yield ResponseParserError


@pytest.mark.parametrize("kind", list(lost_connections()), ids=lambda kind: kind.__name__)
def test_an_answer_that_never_came_may_come_another_time(kind: type[Exception]) -> None:
    lost = kind.__new__(kind)
    with pytest.raises(UnavailableError) as error, translated():
        raise lost
    assert error.value.__suppress_context__
    with pytest.raises(EngineUnavailableError) as of_engine, engine_errors():
        raise lost
    assert not of_engine.value.throttled


@pytest.mark.parametrize("error", [KeyError("x"), AssertionError(), StaleJobError()])
def test_what_is_not_the_vendors_passes_through(error: Exception) -> None:
    with pytest.raises(type(error)) as passed, translated():
        raise error
    assert passed.value is error


def called() -> set[tuple[str, str]]:
    """Every operation that the adapters' source calls on a client, by service."""
    found = set()
    for path in Path(adapters.__path__[0]).glob("*.py"):
        service = SERVICE_OF.get(path.stem.partition("_")[0])
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Name(id="client") | ast.Attribute(attr="_client"), attr=method
                    ),
                    args=arguments,
                ):
                    assert service is not None, f"{path.name} calls a client that nobody expects"
                    if method == "get_paginator":
                        method = ast.literal_eval(arguments[0])
                    if method not in PRESIGNED:
                        found.add((service, CLIENTS[service]().meta.method_to_api_mapping[method]))
    return found


def test_no_operation_is_called_that_is_not_proven_here() -> None:
    assert called() == set(CALLS)


def test_nothing_is_let_crash_that_no_operation_declares() -> None:
    all_declared: dict[str, set[str]] = {service: set() for service in CLIENTS}
    for service, operation in CALLS:
        all_declared[service].update(declared(service, operation))
    assert {service: codes - all_declared[service] for service, codes in LET_IT_CRASH.items()} == {
        service: set() for service in CLIENTS
    }
