"""
The clients of an AWS home: how long each waits and how often it tries.

Region, credentials and endpoints are botocore's own settings. Its defaults for retries changed between
versions, so they are always stated.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.session import Session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds that an attempt may take to connect and to be answered, and how many attempts are made."""

    connect: float
    read: float
    attempts: int

    def config(self) -> Config:
        """The same in botocore's words."""
        return Config(
            connect_timeout=self.connect,
            read_timeout=self.read,
            retries={"mode": "standard", "total_max_attempts": self.attempts},
            # Up to 25 calls side by side: language groups of a live request, batches of a chunk.
            max_pool_connections=25,
            tcp_keepalive=True,
        )


LIVE_ENGINE = Patience(connect=0.25, read=0.6, attempts=1)
"""For somebody who waits. One attempt: the engine has a retry layer already, and it is ours."""
BULK_ENGINE = Patience(connect=1.0, read=10.0, attempts=1)
"""For work that nobody waits for; one attempt, likewise."""
LIVE_STORE = Patience(connect=0.25, read=0.6, attempts=2)
"""Stores of a handler that has a third of a second for its promise."""
SHORT_STORE = Patience(connect=1.0, read=5.0, attempts=3)
"""Stores of a handler that is cut off within half a minute: it is to fail by its own words before that."""
BULK_STORE = Patience(connect=1.0, read=10.0, attempts=4)
"""Stores of work that nobody waits for."""


def comprehend_client(session: Session, patience: Patience) -> "ComprehendClient":
    """For `ComprehendEngine`."""
    return session.client("comprehend", config=patience.config())


def bedrock_client(session: Session, patience: Patience) -> "BedrockRuntimeClient":
    """For `BedrockEngine`."""
    return session.client("bedrock-runtime", config=patience.config())


def dynamodb_client(session: Session, patience: Patience) -> "DynamoDBClient":
    """For all that lies in the table."""
    return session.client("dynamodb", config=patience.config())


def s3_client(session: Session, patience: Patience) -> "S3Client":
    """For `S3BlobStore`; what it signs for others names the region's own host and is held to by SigV4."""
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return session.client("s3", config=patience.config().merge(signing))


def sqs_client(session: Session, patience: Patience) -> "SQSClient":
    """For `SqsRetryQueue`."""
    return session.client("sqs", config=patience.config())


def step_functions_client(session: Session, patience: Patience) -> "SFNClient":
    """For `StepFunctionsWorkflowStarter`."""
    return session.client("stepfunctions", config=patience.config())


def event_bridge_client(session: Session, patience: Patience) -> "EventBridgeClient":
    """For `EventBridgeNotifier`."""
    return session.client("events", config=patience.config())
