"""How long the clients wait, how often they try, and where they turn to."""

from collections.abc import Callable
from typing import Any

import pytest
from boto3.session import Session

from aurastream.adapters.aws import clients
from aurastream.adapters.aws.clients import BULK_ENGINE, BULK_STORE, LIVE_ENGINE, LIVE_STORE, Patience

Factory = Callable[[Session, Patience], Any]

FACTORIES: list[Factory] = [
    clients.bedrock_client,
    clients.comprehend_client,
    clients.dynamodb_client,
    clients.s3_client,
    clients.sqs_client,
    clients.step_functions_client,
    clients.event_bridge_client,
]


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="eu-west-1")


@pytest.mark.parametrize("factory", FACTORIES)
@pytest.mark.parametrize("patience", [LIVE_STORE, BULK_STORE])
def test_a_client_is_as_patient_as_it_is_told(session: Session, factory: Factory, patience: Patience) -> None:
    config = factory(session, patience).meta.config
    assert (config.connect_timeout, config.read_timeout) == (patience.connect, patience.read)
    assert config.retries == {"mode": "standard", "total_max_attempts": patience.attempts}


def test_the_engines_have_one_attempt_and_the_stores_a_few() -> None:
    assert Patience(connect=0.25, read=0.6, attempts=1) == LIVE_ENGINE
    assert BULK_ENGINE.attempts == 1
    assert 1 < LIVE_STORE.attempts <= BULK_STORE.attempts <= 4


def test_region_and_endpoint_are_botocores_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4570")
    monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", "http://127.0.0.1:4590")
    session = Session(aws_access_key_id="x", aws_secret_access_key="y")
    comprehend = clients.comprehend_client(session, LIVE_ENGINE)
    assert comprehend.meta.region_name == "ap-south-1"
    assert comprehend.meta.endpoint_url == "http://127.0.0.1:4590"
    assert clients.sqs_client(session, LIVE_STORE).meta.endpoint_url == "http://127.0.0.1:4570"


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1", "ap-south-1"])
def test_what_is_signed_for_others_names_the_regions_own_host(region: str) -> None:
    session = Session(aws_access_key_id="x", aws_secret_access_key="y", region_name=region)
    client = clients.s3_client(session, BULK_STORE)
    host = "bucket.s3.amazonaws.com" if region == "us-east-1" else f"bucket.s3.{region}.amazonaws.com"
    url = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    assert url.startswith(f"https://{host}/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert client.generate_presigned_post("bucket", "key")["url"] == f"https://{host}/"
