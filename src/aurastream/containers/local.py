"""Where one machine keeps everything: SQLite, files, and the threads of a runner."""

from collections.abc import Callable

from dependency_injector import containers, providers

from aurastream.containers.lazily import Lazily
from aurastream.settings import Settings

LOCAL = "aurastream.adapters.local."


class LocalAdapters(containers.DeclarativeContainer):
    """The ports of one machine."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    public_url: providers.Dependency[str] = providers.Dependency()
    wake: providers.Dependency[Callable[[], None]] = providers.Dependency()

    database = providers.Singleton(Lazily(LOCAL + "data_directory:open_database"), settings.provided.data_dir)
    upload_grants = providers.Singleton(Lazily(LOCAL + "upload_grants:SqliteUploadGrants"), database)

    jobs = providers.Singleton(Lazily(LOCAL + "sqlite_job_repository:SqliteJobRepository"), database)
    ledger = providers.Singleton(Lazily(LOCAL + "sqlite_ledger:SqliteLedger"), database)
    blobs = providers.Singleton(
        Lazily(LOCAL + "data_directory:open_blobs"),
        settings.provided.data_dir,
        grants=upload_grants,
        base_url=public_url.provider,
    )
    cache = providers.Singleton(Lazily(LOCAL + "sqlite_result_cache:SqliteResultCache"), database)
    requests = providers.Singleton(
        Lazily(LOCAL + "sqlite_idempotency_store:SqliteIdempotencyStore"), database
    )
    queue = providers.Singleton(Lazily(LOCAL + "sqlite_retry_queue:SqliteRetryQueue"), database)
    workflows = providers.Singleton(
        Lazily(LOCAL + "thread_workflow_starter:ThreadWorkflowStarter"), database, wake=wake
    )
    notifier = providers.Singleton(Lazily(LOCAL + "log_notifier:LogNotifier"))
