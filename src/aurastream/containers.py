"""
What is made of what, read top to bottom: clients, ports, engines, use cases.

The only module that knows every adapter by name. A class is imported when the first one is built, so that a
home never pays for the libraries of the other and a Lambda function only for its own use case.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from importlib import import_module
from random import Random, SystemRandom
from typing import Any, TypeVar

from dependency_injector import containers, providers

from aurastream.domain.engine import never
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.engines.cascade import CascadeEngine, CascadePolicy
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.observed import Observe, ObservedEngine, unobserved
from aurastream.domain.engines.paced import PacedEngine
from aurastream.domain.engines.pacing import Pace, Pacer
from aurastream.domain.engines.retried import RetriedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.keys import JobId, job_id_at
from aurastream.domain.retrying import Backoff, RetryBudget
from aurastream.domain.routing import RoutingPolicy
from aurastream.domain.services.analyze import AnalyzeDocuments
from aurastream.domain.services.cancel import CancelJob
from aurastream.domain.services.create_upload import CreateUpload
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.finish import FinishJob
from aurastream.domain.services.prepare import PrepareJob
from aurastream.domain.services.process_chunk import ProcessChunk
from aurastream.domain.services.promise import PromiseAnswer
from aurastream.domain.services.read_results import ReadResults
from aurastream.domain.services.retry import RetryJob
from aurastream.domain.services.run_job import RunJob
from aurastream.domain.services.settle_overdue import SettleOverdue, TellResisted, untold
from aurastream.domain.services.start import StartJob
from aurastream.domain.services.submit import SubmitFile
from aurastream.domain.services.work_retries import WorkRetries
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.settings import PREFIX, Settings, SettingsError

LOCAL = "aurastream.adapters.local."
AWS = "aurastream.adapters.aws."
BILLED = frozenset({"comprehend", "cascade", "bedrock"})
"""Engines that cost money; a budget is held by Comprehend's price, which is above a small model's."""
MODELS = "models"
"""Below the data directory: models of the embedded engine for further languages."""
LIVE_ATTEMPT_SECONDS = 0.6
"""What an attempt may take that somebody waits for; a second one follows only a fast failure."""
LEFT_FOR_LIVE = 0.2
"""Share of the batch quota that bulk work in an account leaves to live batches."""
SAVED_UP_SECONDS = 0.5
"""What a paid engine's quota lets through in so long may come at once, when workers were late or idle."""

T = TypeVar("T")
R = TypeVar("R")


class Lazily:
    """The class or function at `module:name`, imported when it is first called."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.target(*args, **kwargs)

    @property
    def target(self) -> Callable[..., Any]:
        """What stands at the place."""
        module, _, name = self.place.partition(":")
        return getattr(import_module(module), name)  # type: ignore[no-any-return] # only a name is known


def named(module: str, name: str) -> Any:
    """A constant of a module that is imported when it is asked for."""
    return getattr(import_module(module), name)


def cascade_policy(settings: Settings, policies: Callable[[], Any]) -> CascadePolicy:
    """The policy that was tuned, or the plain threshold."""
    if settings.cascade_policy is None:
        return CascadePolicy(threshold=settings.cascade_threshold)
    try:
        policy: CascadePolicy = policies().get(settings.cascade_policy)
    except KeyError:
        raise SettingsError(f"{PREFIX}CASCADE_POLICY: no such policy; `aurastream tune` makes one") from None
    return policy


def aws_session() -> Any:
    """
    Credentials and region, as botocore finds them.

    Raises:
        SettingsError: no region is set.
    """
    from boto3.session import Session

    # Lambda and newer SDKs say AWS_REGION; boto3 looks for AWS_DEFAULT_REGION and its files.
    session = Session(region_name=os.environ.get("AWS_REGION"))
    if session.region_name is None:
        raise SettingsError("AWS_REGION is not set, and this home or engine needs it")
    return session


def required(settings: Settings, name: str) -> Any:
    """
    A setting that this home cannot do without.

    Raises:
        SettingsError: it is not set; the message names the variable.
    """
    value = getattr(settings, name)
    if value is None:
        raise SettingsError(f"{PREFIX}{name.upper()} is not set, and home {settings.home} needs it")
    return value


def nobody() -> None:
    """Wakes nobody."""


def side_by_side(workers: int) -> Callable[[Callable[[T], R], Iterable[T]], Iterator[R]]:
    """A `map` in so many threads; the results come in order, an error ends it and starts nothing more."""

    def mapped(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="worker") as pool:
            yield from pool.map(work, items)

    return mapped


def several_side_by_side(workers: int) -> Callable[[Callable[[T], R], Sequence[T]], Iterator[R]]:
    """The same, without a thread where there is one item only."""

    def mapped(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        return map(work, items) if len(items) < 2 else side_by_side(workers)(work, items)

    return mapped


def new_job_id(clock: Clock) -> JobId:
    """Unguessable, and sorted by time."""
    return job_id_at(clock.now(), secrets.randbits(80))


def bills(settings: Settings) -> bool:
    """Whether scoring costs money."""
    return settings.engine in BILLED


def bulk_share(settings: Settings) -> float:
    """The part of the account's quota that one process may take for bulk work."""
    return (1 - LEFT_FOR_LIVE) / settings.bulk_workers if settings.home == "aws" else 1.0


def pacer(calls_a_second: float, share: float, clock: Clock) -> Pacer:
    """For one operation of an engine."""
    return Pacer(Pace(quota=calls_a_second * share, burst_seconds=SAVED_UP_SECONDS), clock)


def chunks_at_a_time(settings: Settings) -> int:
    """An engine that is waited for is asked from many threads; one that computes gains by two at most."""
    return settings.bulk_workers if bills(settings) else 2


def billed_engine(
    client_engine: SentimentEngine,
    *,
    single: Pacer,
    batch: Pacer,
    cache: Any,
    clock: Clock,
    chance: Random,
    budget: RetryBudget,
    observe: Observe,
    live: bool,
) -> SentimentEngine:
    """Everything that stands between a document and a paid call."""
    paced = PacedEngine(
        ObservedEngine(client_engine, observe=observe),
        single=single,
        batch=batch,
        attempt_seconds=LIVE_ATTEMPT_SECONDS if live else 0.0,
    )
    retried = RetriedEngine(
        paced,
        clock=clock,
        chance=chance,
        budget=budget,
        backoff=Backoff(base=0.02, cap=0.1) if live else Backoff(),
        attempts=2 if live else 4,
    )
    # An engine of one document a call would else be waited for once a document, even where nobody waits.
    at_once = 12 if live else 4 if client_engine.limits.max_documents == 1 else 1
    map_batches = several_side_by_side(at_once) if at_once > 1 else map
    batched = BatchedEngine(retried, map_batches=map_batches)
    return CachedEngine(SegmentedEngine(batched), cache=cache, clock=clock)


def embedded_engine(settings: Settings, clock: Clock, calibration: Any = None) -> SentimentEngine:
    """
    The shipped model, those that were added, and a calibration of one's own or the model's.

    Raises:
        SettingsError: a file among the added ones is no model, or is for a language that another one reads.
    """
    build = Lazily(LOCAL + "embedded_engine:embedded_engine")
    try:
        engine: SentimentEngine = build(clock, settings.data_dir / MODELS, calibration)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}DATA_DIR, {MODELS}: {error}") from None
    return engine


def engine_named(settings: Settings, **engines: Callable[[], SentimentEngine]) -> SentimentEngine:
    """
    The engine that the settings name; no other is built.

    Raises:
        SettingsError: there is none of that name.
    """
    if settings.engine not in engines:
        raise SettingsError(f"{PREFIX}ENGINE: there is no such engine, there are {', '.join(engines)}")
    return engines[settings.engine]()


def onnx_engine(settings: Settings, clock: Clock) -> SentimentEngine:
    """
    A classifier of the operator's own, and what cuts nothing but calls.

    Raises:
        SettingsError: there is none, its packages are not installed, or it is not what we can run.
    """
    if settings.onnx_dir is None:
        raise SettingsError(f"{PREFIX}ONNX_DIR is not set, and engine onnx needs it")
    try:
        engine = Lazily(LOCAL + "onnx_engine:OnnxEngine")(settings.onnx_dir, clock=clock)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"{PREFIX}ONNX_DIR: {error}") from None
    return BatchedEngine(engine)


def front(engine: SentimentEngine, *, detector: Any, settings: Settings, observe: Observe) -> SentimentEngine:
    """What every text passes first."""
    detected = DetectedEngine(engine, detector=detector, default=settings.default_language)
    return ScreenedEngine(ObservedEngine(detected, observe=observe))


class Container(containers.DeclarativeContainer):
    """Give it `settings`; then ask for what is to be driven."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    public_url: providers.Provider[str] = providers.Object("")
    """Where the local server is reached, for its upload forms; empty makes them relative."""
    wake: providers.Provider[Callable[[], None]] = providers.Object(nobody)
    """Called when a job was started in this process, so that its runner need not look first."""
    halted: providers.Provider[Callable[[], bool]] = providers.Object(never)
    """Whether this process is to end: then no call of an engine begins for the sake of a job."""
    on_call: providers.Provider[Observe] = providers.Object(unobserved)
    on_documents: providers.Provider[Observe] = providers.Object(unobserved)
    """Who is told of every paid call, and of every document that is to be scored."""
    on_resisted: providers.Provider[TellResisted] = providers.Object(untold)
    """Who is told of every overdue job that could not be settled."""
    home = settings.provided.home
    chance = providers.Singleton(SystemRandom)
    clock = providers.Singleton(Lazily(LOCAL + "system_clock:SystemClock"))
    retention = providers.Factory(timedelta, days=settings.provided.retention_days)
    new_id = providers.Callable(partial, new_job_id, clock)
    limits = providers.Factory(
        FileLimits, max_bytes=settings.provided.max_file_bytes, max_rows=settings.provided.max_rows
    )

    # Clients

    database = providers.Singleton(Lazily(LOCAL + "data_directory:open_database"), settings.provided.data_dir)
    upload_grants = providers.Singleton(Lazily(LOCAL + "upload_grants:SqliteUploadGrants"), database)
    session = providers.Singleton(aws_session)
    patience = providers.Object("BULK_STORE")
    """How long stores are waited for: LIVE_STORE where somebody waits, SHORT_STORE where a gateway does."""
    store_patience = providers.Callable(named, AWS + "clients", patience)
    dynamodb = providers.Singleton(Lazily(AWS + "clients:dynamodb_client"), session, store_patience)
    s3 = providers.Singleton(Lazily(AWS + "clients:s3_client"), session, store_patience)
    sqs = providers.Singleton(Lazily(AWS + "clients:sqs_client"), session, store_patience)
    step_functions = providers.Singleton(
        Lazily(AWS + "clients:step_functions_client"), session, store_patience
    )
    event_bridge = providers.Singleton(Lazily(AWS + "clients:event_bridge_client"), session, store_patience)
    live_comprehend = providers.Singleton(
        Lazily(AWS + "clients:comprehend_client"),
        session,
        providers.Callable(named, AWS + "clients", "LIVE_ENGINE"),
    )
    bulk_comprehend = providers.Singleton(
        Lazily(AWS + "clients:comprehend_client"),
        session,
        providers.Callable(named, AWS + "clients", "BULK_ENGINE"),
    )

    live_bedrock = providers.Singleton(
        Lazily(AWS + "clients:bedrock_client"),
        session,
        providers.Callable(named, AWS + "clients", "LIVE_ENGINE"),
    )
    bulk_bedrock = providers.Singleton(
        Lazily(AWS + "clients:bedrock_client"),
        session,
        providers.Callable(named, AWS + "clients", "BULK_ENGINE"),
    )

    # Ports

    jobs = providers.Selector(
        home,
        local=providers.Singleton(Lazily(LOCAL + "sqlite_job_repository:SqliteJobRepository"), database),
        aws=providers.Singleton(
            Lazily(AWS + "dynamodb_job_repository:DynamoDbJobRepository"),
            dynamodb,
            providers.Callable(required, settings, "table"),
            clock=clock,
            chance=chance,
        ),
    )
    ledger = providers.Selector(
        home,
        local=providers.Singleton(Lazily(LOCAL + "sqlite_ledger:SqliteLedger"), database),
        aws=providers.Singleton(
            Lazily(AWS + "dynamodb_ledger:DynamoDbLedger"),
            dynamodb,
            providers.Callable(required, settings, "table"),
            clock=clock,
            chance=chance,
            retention=retention,
        ),
    )
    blobs = providers.Selector(
        home,
        local=providers.Singleton(
            Lazily(LOCAL + "data_directory:open_blobs"),
            settings.provided.data_dir,
            grants=upload_grants,
            base_url=public_url.provider,
        ),
        aws=providers.Singleton(
            Lazily(AWS + "s3_blob_store:S3BlobStore"),
            s3,
            uploads_bucket=providers.Callable(required, settings, "uploads_bucket"),
            results_bucket=settings.provided.results_bucket,
            clock=clock,
        ),
    )
    cache = providers.Selector(
        home,
        local=providers.Singleton(Lazily(LOCAL + "sqlite_result_cache:SqliteResultCache"), database),
        aws=providers.Singleton(
            Lazily(AWS + "dynamodb_result_cache:DynamoDbResultCache"),
            dynamodb,
            providers.Callable(required, settings, "table"),
            clock=clock,
            chance=chance,
        ),
    )
    requests = providers.Selector(
        home,
        local=providers.Singleton(
            Lazily(LOCAL + "sqlite_idempotency_store:SqliteIdempotencyStore"), database
        ),
        aws=providers.Singleton(
            Lazily(AWS + "dynamodb_idempotency_store:DynamoDbIdempotencyStore"),
            dynamodb,
            providers.Callable(required, settings, "table"),
            clock=clock,
            chance=chance,
        ),
    )
    queue = providers.Selector(
        home,
        local=providers.Singleton(Lazily(LOCAL + "sqlite_retry_queue:SqliteRetryQueue"), database),
        aws=providers.Singleton(
            Lazily(AWS + "sqs_retry_queue:SqsRetryQueue"),
            sqs,
            queue_url=providers.Callable(required, settings, "retry_queue_url"),
            dead_letter_url=settings.provided.retry_dead_letter_url,
            clock=clock,
        ),
    )
    workflows = providers.Selector(
        home,
        local=providers.Singleton(
            Lazily(LOCAL + "thread_workflow_starter:ThreadWorkflowStarter"), database, wake=wake
        ),
        aws=providers.Singleton(
            Lazily(AWS + "step_functions_workflow_starter:StepFunctionsWorkflowStarter"),
            step_functions,
            providers.Callable(required, settings, "state_machine_arn"),
        ),
    )
    failed_events = providers.Singleton(
        Lazily(AWS + "sqs_failed_events:SqsFailedEvents"),
        sqs,
        providers.Callable(required, settings, "failed_events_url"),
    )
    notifier = providers.Selector(
        home,
        local=providers.Singleton(Lazily(LOCAL + "log_notifier:LogNotifier")),
        aws=providers.Singleton(
            Lazily(AWS + "event_bridge_notifier:EventBridgeNotifier"),
            event_bridge,
            settings.provided.event_bus,
        ),
    )
    detector = providers.Singleton(Lazily(LOCAL + "langid_detector:LangidDetector"))

    # Engines

    budget = providers.Singleton(RetryBudget)
    whole = providers.Object(1.0)
    share = providers.Callable(bulk_share, settings)
    single_pacer = providers.Singleton(pacer, settings.provided.comprehend_detect_tps, share, clock)
    batch_pacer = providers.Singleton(pacer, settings.provided.comprehend_batch_tps, share, clock)
    live_single_pacer = providers.Selector(
        home,
        local=single_pacer,
        aws=providers.Singleton(pacer, settings.provided.comprehend_detect_tps, whole, clock),
    )
    live_batch_pacer = providers.Selector(
        home,
        local=batch_pacer,
        aws=providers.Singleton(pacer, settings.provided.comprehend_batch_tps, whole, clock),
    )
    calibrations = providers.Singleton(
        Lazily(LOCAL + "calibration_book:CalibrationBook"), settings.provided.data_dir
    )
    embedded = providers.Singleton(
        BatchedEngine,
        providers.Singleton(
            Lazily(LOCAL + "calibrated_engine:CalibratedEngine"),
            providers.Factory(embedded_engine, settings, clock).provider,
            calibrations,
        ),
    )
    lexicon = providers.Singleton(
        BatchedEngine, providers.Singleton(Lazily(LOCAL + "lexicon_engine:LexiconEngine"), clock=clock)
    )
    live_billed = providers.Singleton(
        billed_engine,
        providers.Singleton(Lazily(AWS + "comprehend_engine:ComprehendEngine"), live_comprehend, clock=clock),
        single=live_single_pacer,
        batch=live_batch_pacer,
        cache=cache,
        clock=clock,
        chance=chance,
        budget=budget,
        observe=on_call,
        live=True,
    )
    bulk_billed = providers.Singleton(
        billed_engine,
        providers.Singleton(Lazily(AWS + "comprehend_engine:ComprehendEngine"), bulk_comprehend, clock=clock),
        single=single_pacer,
        batch=batch_pacer,
        cache=cache,
        clock=clock,
        chance=chance,
        budget=budget,
        observe=on_call,
        live=False,
    )
    bedrock_pacer = providers.Singleton(pacer, settings.provided.bedrock_tps, share, clock)
    live_bedrock_pacer = providers.Selector(
        home,
        local=bedrock_pacer,
        aws=providers.Singleton(pacer, settings.provided.bedrock_tps, whole, clock),
    )
    live_model = providers.Singleton(
        billed_engine,
        providers.Singleton(
            Lazily(AWS + "bedrock_engine:BedrockEngine"),
            live_bedrock,
            model_id=settings.provided.bedrock_model,
            clock=clock,
        ),
        single=live_bedrock_pacer,
        batch=live_bedrock_pacer,
        cache=cache,
        clock=clock,
        chance=chance,
        budget=budget,
        observe=on_call,
        live=True,
    )
    bulk_model = providers.Singleton(
        billed_engine,
        providers.Singleton(
            Lazily(AWS + "bedrock_engine:BedrockEngine"),
            bulk_bedrock,
            model_id=settings.provided.bedrock_model,
            clock=clock,
        ),
        single=bedrock_pacer,
        batch=bedrock_pacer,
        cache=cache,
        clock=clock,
        chance=chance,
        budget=budget,
        observe=on_call,
        live=False,
    )
    onnx = providers.Singleton(onnx_engine, settings, clock)
    policies = providers.Singleton(Lazily(LOCAL + "policy_book:PolicyBook"), settings.provided.data_dir)
    policy = providers.Callable(cascade_policy, settings, policies.provider)
    live_engine = providers.Singleton(
        front,
        providers.Callable(
            engine_named,
            settings,
            embedded=embedded.provider,
            lexicon=lexicon.provider,
            comprehend=live_billed.provider,
            bedrock=live_model.provider,
            onnx=onnx.provider,
            cascade=providers.Singleton(CascadeEngine, embedded, live_billed, policy=policy).provider,
        ),
        detector=detector,
        settings=settings,
        observe=on_documents,
    )
    bulk_engine = providers.Singleton(
        front,
        providers.Callable(
            engine_named,
            settings,
            embedded=embedded.provider,
            lexicon=lexicon.provider,
            comprehend=bulk_billed.provider,
            bedrock=bulk_model.provider,
            onnx=onnx.provider,
            cascade=providers.Singleton(CascadeEngine, embedded, bulk_billed, policy=policy).provider,
        ),
        detector=detector,
        settings=settings,
        observe=on_documents,
    )

    # Use cases

    start = providers.Singleton(StartJob, jobs=jobs, workflows=workflows, clock=clock)
    submit = providers.Singleton(
        SubmitFile,
        jobs=jobs,
        blobs=blobs,
        start=providers.Selector(home, local=start, aws=providers.Object(None)),
        clock=clock,
        new_id=new_id,
        retention=retention,
    )
    create_upload = providers.Singleton(
        CreateUpload,
        jobs=jobs,
        blobs=blobs,
        clock=clock,
        new_id=new_id,
        max_bytes=settings.provided.max_file_bytes,
        retention=retention,
    )
    promise = providers.Singleton(
        PromiseAnswer, jobs=jobs, blobs=blobs, queue=queue, clock=clock, new_id=new_id, retention=retention
    )
    routing = providers.Singleton(RoutingPolicy, max_bytes=settings.provided.sync_max_bytes)
    analyze = providers.Singleton(
        AnalyzeDocuments, engine=live_engine, policy=routing, submit=submit, promise=promise, clock=clock
    )
    prepare = providers.Singleton(
        PrepareJob,
        jobs=jobs,
        blobs=blobs,
        ledger=ledger,
        clock=clock,
        limits=limits,
        bills=providers.Callable(bills, settings),
        knows_calibration=calibrations.provided.knows,
    )
    process = providers.Singleton(
        ProcessChunk,
        engine=bulk_engine,
        blobs=blobs,
        jobs=jobs,
        ledger=ledger,
        clock=clock,
        halted=halted,
    )
    finish = providers.Singleton(
        FinishJob, jobs=jobs, blobs=blobs, ledger=ledger, clock=clock, limits=limits, notifier=notifier
    )
    run_job = providers.Singleton(
        RunJob,
        prepare=prepare,
        process=process,
        finish=finish,
        clock=clock,
        chance=chance,
        map_chunks=providers.Callable(side_by_side, providers.Callable(chunks_at_a_time, settings)),
    )
    read_results = providers.Singleton(ReadResults, jobs=jobs, ledger=ledger, clock=clock)
    cancel = providers.Singleton(CancelJob, jobs=jobs, clock=clock, notifier=notifier)
    retry = providers.Singleton(
        RetryJob,
        jobs=jobs,
        ledger=ledger,
        blobs=blobs,
        workflows=workflows,
        clock=clock,
        new_id=new_id,
        retention=retention,
    )
    delete = providers.Singleton(
        DeleteJob, jobs=jobs, ledger=ledger, blobs=blobs, requests=requests, clock=clock
    )
    settle_overdue = providers.Singleton(
        SettleOverdue, jobs=jobs, finish=finish, delete=delete, clock=clock, on_resisted=on_resisted
    )
    run_promise = providers.Singleton(
        RunJob, prepare=prepare, process=process, finish=finish, clock=clock, chance=chance, tries=1
    )
    """The same flow for a few documents, one try at a time: the queue is what waits."""
    work_retries = providers.Singleton(WorkRetries, queue=queue, run=run_promise, clock=clock)
