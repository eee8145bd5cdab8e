"""
The stores' contracts against DynamoDB and S3 themselves, in a table and a bucket that are made for it.

What stands in for the two here never conflicts, never lags and never throttles; they do. Some thousand calls,
a few cents. Queue, workflow and bus are driven by the scenarios of test_stack.py.
"""

import secrets
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from boto3.session import Session

from aurastream.adapters.aws.clients import BULK_STORE, dynamodb_client, s3_client
from aurastream.adapters.aws.dynamodb_idempotency_store import DynamoDbIdempotencyStore
from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from aurastream.adapters.aws.dynamodb_ledger import DynamoDbLedger
from aurastream.adapters.aws.dynamodb_result_cache import DynamoDbResultCache
from aurastream.adapters.aws.dynamodb_table import schema
from aurastream.adapters.aws.s3_blob_store import S3BlobStore
from aurastream.adapters.local.system_clock import SystemClock
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.result_cache import ResultCache
from tests.contracts.cases import NOON
from tests.contracts.test_blob_store import BlobStoreContract
from tests.contracts.test_idempotency_store import IdempotencyStoreContract
from tests.contracts.test_job_repository import JobRepositoryContract
from tests.contracts.test_ledger import LedgerBench, LedgerContract
from tests.contracts.test_result_cache import ResultCacheContract
from tests.fakes import FakeClock

pytestmark = pytest.mark.live

INDEX_LAG = 1.0
"""Seconds after which an index shows what was written; only a list is read from one."""


def _wait_for_the_index(params: Any, **_call: Any) -> None:
    if "IndexName" in params:
        time.sleep(INDEX_LAG)


@pytest.fixture(scope="session")
def dynamodb() -> Any:
    client: Any = dynamodb_client(Session(), BULK_STORE)
    client.meta.events.register("provide-client-params.dynamodb.Query", _wait_for_the_index)
    return client


@pytest.fixture(scope="session")
def shared_table(dynamodb: Any) -> Iterator[str]:
    """Without a TTL: the contracts live in a time of their own."""
    name = f"aurastream-live-{secrets.token_hex(4)}"
    dynamodb.create_table(TableName=name, **schema())
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def table(dynamodb: Any, shared_table: str) -> Iterator[str]:
    """Empty again after each test."""
    yield shared_table
    for page in dynamodb.get_paginator("scan").paginate(
        TableName=shared_table, ProjectionExpression="pk, sk", ConsistentRead=True
    ):
        for item in page["Items"]:
            dynamodb.delete_item(TableName=shared_table, Key=item)


@pytest.fixture(scope="session")
def s3() -> Any:
    return s3_client(Session(), BULK_STORE)


@pytest.fixture(scope="session")
def shared_bucket(s3: Any) -> Iterator[str]:
    name = f"aurastream-live-{secrets.token_hex(8)}"
    region = s3.meta.region_name
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
    s3.create_bucket(Bucket=name, **elsewhere)
    yield name
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def bucket(s3: Any, shared_bucket: str) -> Iterator[str]:
    """Empty again after each test."""
    yield shared_bucket
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=shared_bucket):
        if found := page.get("Contents", []):
            keys = [{"Key": blob["Key"]} for blob in found]
            s3.delete_objects(Bucket=shared_bucket, Delete={"Objects": keys})


class TestLiveS3BlobStore(BlobStoreContract):
    @pytest.fixture
    def blobs(self, s3: Any, bucket: str) -> BlobStore:
        return S3BlobStore(s3, uploads_bucket=bucket, results_bucket=bucket, clock=FakeClock(NOON))


class TestLiveDynamoDbJobRepository(JobRepositoryContract):
    @pytest.fixture
    def jobs(self, dynamodb: Any, table: str) -> JobRepository:
        return DynamoDbJobRepository(dynamodb, table, clock=SystemClock(), chance=Random())


class TestLiveDynamoDbLedger(LedgerContract):
    @pytest.fixture
    def bench(self, dynamodb: Any, table: str) -> LedgerBench:
        return LedgerBench(
            DynamoDbJobRepository(dynamodb, table, clock=SystemClock(), chance=Random()),
            DynamoDbLedger(dynamodb, table, clock=SystemClock(), chance=Random()),
        )


class TestLiveDynamoDbResultCache(ResultCacheContract):
    @pytest.fixture
    def cache(self, dynamodb: Any, table: str) -> ResultCache:
        return DynamoDbResultCache(dynamodb, table, clock=SystemClock(), chance=Random())


class TestLiveDynamoDbIdempotencyStore(IdempotencyStoreContract):
    @pytest.fixture
    def store(self, dynamodb: Any, table: str) -> IdempotencyStore:
        return DynamoDbIdempotencyStore(dynamodb, table, clock=SystemClock(), chance=Random())
