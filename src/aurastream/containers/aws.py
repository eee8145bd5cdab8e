"""Where an account keeps everything, and the clients that reach it."""

import os
from datetime import timedelta
from random import Random
from typing import Any

from dependency_injector import containers, providers

from aurastream.containers.lazily import Lazily, named
from aurastream.ports.clock import Clock
from aurastream.settings import Settings, SettingsError

AWS = "aurastream.adapters.aws."
CLIENTS = AWS + "clients"


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


class AwsAdapters(containers.DeclarativeContainer):
    """The ports of an account."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    clock: providers.Dependency[Clock] = providers.Dependency()
    chance: providers.Dependency[Random] = providers.Dependency()
    retention: providers.Dependency[timedelta] = providers.Dependency()
    patience: providers.Dependency[str] = providers.Dependency()

    session = providers.Singleton(aws_session)
    store_patience = providers.Callable(named, CLIENTS, patience)
    dynamodb = providers.Singleton(Lazily(CLIENTS + ":dynamodb_client"), session, store_patience)
    s3 = providers.Singleton(Lazily(CLIENTS + ":s3_client"), session, store_patience)
    sqs = providers.Singleton(Lazily(CLIENTS + ":sqs_client"), session, store_patience)
    step_functions = providers.Singleton(Lazily(CLIENTS + ":step_functions_client"), session, store_patience)
    event_bridge = providers.Singleton(Lazily(CLIENTS + ":event_bridge_client"), session, store_patience)
    table = settings.provided.required.call("table")

    jobs = providers.Singleton(
        Lazily(AWS + "dynamodb_job_repository:DynamoDbJobRepository"),
        dynamodb,
        table,
        clock=clock,
        chance=chance,
    )
    ledger = providers.Singleton(
        Lazily(AWS + "dynamodb_ledger:DynamoDbLedger"),
        dynamodb,
        table,
        clock=clock,
        chance=chance,
        retention=retention,
    )
    blobs = providers.Singleton(
        Lazily(AWS + "s3_blob_store:S3BlobStore"),
        s3,
        uploads_bucket=settings.provided.required.call("uploads_bucket"),
        results_bucket=settings.provided.results_bucket,
        clock=clock,
    )
    cache = providers.Singleton(
        Lazily(AWS + "dynamodb_result_cache:DynamoDbResultCache"),
        dynamodb,
        table,
        clock=clock,
        chance=chance,
    )
    requests = providers.Singleton(
        Lazily(AWS + "dynamodb_idempotency_store:DynamoDbIdempotencyStore"),
        dynamodb,
        table,
        clock=clock,
        chance=chance,
    )
    queue = providers.Singleton(
        Lazily(AWS + "sqs_retry_queue:SqsRetryQueue"),
        sqs,
        queue_url=settings.provided.required.call("retry_queue_url"),
        dead_letter_url=settings.provided.retry_dead_letter_url,
    )
    workflows = providers.Singleton(
        Lazily(AWS + "step_functions_workflow_starter:StepFunctionsWorkflowStarter"),
        step_functions,
        settings.provided.required.call("state_machine_arn"),
    )
    notifier = providers.Singleton(
        Lazily(AWS + "event_bridge_notifier:EventBridgeNotifier"),
        event_bridge,
        settings.provided.event_bus,
    )
    failed_events = providers.Singleton(
        Lazily(AWS + "sqs_failed_events:SqsFailedEvents"),
        sqs,
        settings.provided.required.call("failed_events_url"),
    )
