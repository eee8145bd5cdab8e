"""The container of the whole application, read top to bottom: homes, ports, engines, use cases."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import SystemRandom

from dependency_injector import containers, providers

from aurastream.adapters.side_by_side import side_by_side
from aurastream.containers.aws import AwsAdapters
from aurastream.containers.engines import (
    ComputedEngines,
    Engines,
    bills,
    chunks_at_once,
    knows_calibration,
)
from aurastream.containers.lazily import Lazily
from aurastream.containers.local import LOCAL, LocalAdapters
from aurastream.containers.quota import whole_quota, worker_quota
from aurastream.containers.stack import BULK, LIVE
from aurastream.domain.engine import never
from aurastream.domain.engines.observed import Observe, unobserved
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.keys import JobId, job_id_at
from aurastream.domain.retrying import RetryBudget
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
from aurastream.domain.services.resisting import TellResisted, untold
from aurastream.domain.services.retry import RetryJob
from aurastream.domain.services.run_job import RunJob
from aurastream.domain.services.settle_overdue import SettleOverdue
from aurastream.domain.services.start import StartJob
from aurastream.domain.services.submit import SubmitFile
from aurastream.domain.services.work_retries import WorkRetries
from aurastream.ports.clock import Clock
from aurastream.settings import Settings


def new_job_id(clock: Clock) -> JobId:
    """Unguessable, and sorted by time."""
    return job_id_at(clock.now(), secrets.randbits(80))


def nobody() -> None:
    """Wakes nobody."""


class Container(containers.DeclarativeContainer):
    """Give it `settings`; then ask for what is to be driven."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    public_url: providers.Provider[str] = providers.Object("")
    """Where the local server is reached, for its upload forms; empty makes them relative."""
    patience: providers.Provider[str] = providers.Object("BULK_STORE")
    """How long stores are waited for: LIVE_STORE where somebody waits, SHORT_STORE where a gateway does."""
    wake: providers.Provider[Callable[[], None]] = providers.Object(nobody)
    """Called when a job was started in this process, so that its runner need not look first."""
    halted: providers.Provider[Callable[[], bool]] = providers.Object(never)
    """Whether this process is to end: then no call of an engine begins for the sake of a job."""
    on_call: providers.Provider[Observe] = providers.Object(unobserved)
    on_documents: providers.Provider[Observe] = providers.Object(unobserved)
    """Who is told of every paid call, and of every document that is to be scored."""
    on_resisted: providers.Provider[TellResisted] = providers.Object(untold)
    """Who is told of every job that could not be settled, and of every promise that could not be kept."""
    home = settings.provided.home
    chance = providers.Singleton(SystemRandom)
    clock = providers.Singleton(Lazily(LOCAL + "system_clock:SystemClock"))
    retention = providers.Factory(timedelta, days=settings.provided.retention_days)
    new_id = providers.Callable(partial, new_job_id, clock)
    limits = providers.Factory(
        FileLimits, max_bytes=settings.provided.max_file_bytes, max_rows=settings.provided.max_rows
    )

    # Ports

    local = providers.Container(LocalAdapters, settings=settings, public_url=public_url, wake=wake)
    aws = providers.Container(
        AwsAdapters, settings=settings, clock=clock, chance=chance, retention=retention, patience=patience
    )
    jobs = providers.Selector(home, local=local.jobs, aws=aws.jobs)
    ledger = providers.Selector(home, local=local.ledger, aws=aws.ledger)
    blobs = providers.Selector(home, local=local.blobs, aws=aws.blobs)
    cache = providers.Selector(home, local=local.cache, aws=aws.cache)
    requests = providers.Selector(home, local=local.requests, aws=aws.requests)
    queue = providers.Selector(home, local=local.queue, aws=aws.queue)
    workflows = providers.Selector(home, local=local.workflows, aws=aws.workflows)
    notifier = providers.Selector(home, local=local.notifier, aws=aws.notifier)
    detector = providers.Singleton(Lazily(LOCAL + "langid_detector:LangidDetector"))

    # Engines

    computed = providers.Container(ComputedEngines, settings=settings, clock=clock)
    live_quota = providers.Singleton(whole_quota, settings, clock)
    bulk_quota = providers.Selector(
        home, local=live_quota, aws=providers.Singleton(worker_quota, settings, clock)
    )
    engines = partial(
        providers.Container,
        Engines,
        settings=settings,
        computed=computed,
        detector=detector,
        session=aws.session,
        cache=cache,
        clock=clock,
        chance=chance,
        budget=providers.Singleton(RetryBudget),
        on_call=on_call,
        on_documents=on_documents,
    )
    live = engines(urgency=LIVE, quota=live_quota)
    bulk = engines(urgency=BULK, quota=bulk_quota)
    live_engine = live.engine
    bulk_engine = bulk.engine

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
        knows_calibration=providers.Callable(knows_calibration, settings, computed.calibrations.provider),
        halted=halted,
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
        map_chunks=providers.Callable(side_by_side, providers.Callable(chunks_at_once, settings)),
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
    work_retries = providers.Singleton(
        WorkRetries, queue=queue, run=run_promise, clock=clock, on_resisted=on_resisted
    )
