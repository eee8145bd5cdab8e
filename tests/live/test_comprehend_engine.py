"""The engine's contract against Amazon Comprehend itself: some hundred calls, a few cents."""

import pytest
from boto3.session import Session

from aurastream.adapters.aws.clients import BULK_ENGINE, comprehend_client
from aurastream.adapters.aws.comprehend_engine import ComprehendEngine
from aurastream.adapters.local.system_clock import SystemClock
from aurastream.ports.sentiment_engine import SentimentEngine
from tests.contracts.test_sentiment_engine import (
    LimitsEverything,
    NamesItself,
    SentimentEngineContract,
    StopsAtOnce,
    TellsGoodFromBad,
)

pytestmark = pytest.mark.live


class TestLiveComprehendEngine(
    SentimentEngineContract, NamesItself, TellsGoodFromBad, LimitsEverything, StopsAtOnce
):
    """What only an account can show: that Comprehend answers as we expect it to."""

    @pytest.fixture
    def engine(self) -> SentimentEngine:
        return ComprehendEngine(comprehend_client(Session(), BULK_ENGINE), clock=SystemClock())
