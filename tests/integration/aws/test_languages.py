"""In an account every language that Comprehend reads goes there, and what nobody reads is skipped."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from aurastream.testing.comprehend import ComprehendStandIn
from tests.integration.aws.home import AwsHome
from tests.languages import ARABIC, DUTCH, EVERY, GERMAN

Told = tuple[str, str | None, str | None]
"""Language, the engine that answered, or else why none did."""

SKIPPED: Told = ("", None, "unsupported_language")
BY_COMPREHEND = [
    ("en", "comprehend", None),
    ("de", "comprehend", None),
    ("ar", "comprehend", None),
    SKIPPED,
]
BY_BOTH = [("en", "embedded", None), *BY_COMPREHEND[1:]]
ALONE = [("en", "embedded", None), SKIPPED, SKIPPED, SKIPPED]
EXPECTED = {"comprehend": BY_COMPREHEND, "cascade": BY_BOTH, "embedded": ALONE}


def told(outcomes: Sequence[Any]) -> list[Told]:
    return [
        (
            outcome.get("language", {}).get("code", ""),
            outcome.get("engine", {}).get("name"),
            outcome.get("error", {}).get("code"),
        )
        for outcome in outcomes
    ]


@pytest.mark.parametrize(
    ("home", "engine"),
    [({"AURASTREAM_ENGINE": engine}, engine) for engine in EXPECTED],
    indirect=["home"],
    ids=EXPECTED.keys(),
)
def test_each_language_goes_to_whoever_reads_it(
    home: AwsHome, engine: str, comprehend: ComprehendStandIn
) -> None:
    before = billed(comprehend)
    body = json.dumps({"documents": [{"text": text} for text in EVERY]}).encode()
    live = home.send("POST", "/v1/sentiment", body)
    assert told(live.json()["results"]) == EXPECTED[engine]
    asked = 0 if engine == "embedded" else 1
    assert billed(comprehend) == before + Counter({"de": asked, "ar": asked})

    key = home.submit("\n".join(["text", *(f'"{text}!"' for text in EVERY)]).encode())
    home.arrive(key)
    home.work()
    results = home.send("GET", f"/v1/jobs/{key.job_id}/results")
    assert told(results.json()["results"]) == EXPECTED[engine]


def billed(comprehend: ComprehendStandIn) -> Counter[str]:
    """How often Comprehend was paid for the texts that are not English, by the language it was told."""
    return Counter(
        {
            code: sum(comprehend.ledger.times_billed(text, code) for text in (GERMAN, ARABIC, DUTCH))
            for code in ("en", "de", "ar")
        }
    )
