"""Many texts through `aurastream analyze`, quickly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, Priority, Reason
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH, Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import Failure, FailureCode, Outcome, SkipCode
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from aurastream.entrypoints.cli.embedded_alone import embedded_alone
from aurastream.entrypoints.cli.outcome_json import outcome_json
from aurastream.entrypoints.http.outcome_views import outcome_view
from aurastream.settings import Settings

CALL = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)
TEXTS = [
    "I love it",
    "",
    "The parcel never came and nobody answers. " * 60,
    "Die Bestellung kam zwei Wochen zu spät, und niemand beantwortet meine Briefe.",
    "Nothing works \ud800",
    "🎉",
]
IDS = st.text(min_size=1, max_size=20)
SHARES = st.tuples(*[st.integers(0, 10_000)] * 4).filter(any)


@st.composite
def results(draw: st.DrawFn) -> SentimentResult:
    positive, negative, neutral, mixed = draw(SHARES)
    return SentimentResult(
        sentiment=draw(st.sampled_from(Sentiment)),
        scores=Scores.normalised(positive, negative, neutral, mixed),
        language=TextLanguage(code=Language("zh-TW"), source=draw(st.sampled_from(LanguageSource))),
        engine=EngineId(name=draw(IDS), version=draw(IDS), reason=draw(st.none() | st.sampled_from(Reason))),
        segments=draw(st.integers(1, 9)),
        coverage=draw(st.floats(0.001, 1)),
        cached=draw(st.booleans()),
    )


@given(id_=IDS, result=results(), row=st.none() | st.integers(1, 9))
def test_a_scored_outcomes_line_is_the_json_of_its_view(
    id_: str, result: SentimentResult, row: int | None
) -> None:
    outcome = Outcome(id=id_, result=result, row=row)
    assert outcome_json(outcome) == json.dumps(
        outcome_view(outcome), ensure_ascii=False, separators=(",", ":")
    )


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(id="1"),
        Outcome(id="1", skip=SkipCode.EMPTY_TEXT),
        Outcome(id="1", failure=Failure(code=FailureCode.MALFORMED_ROW, line=3)),
    ],
)
def test_so_is_that_of_any_other(outcome: Outcome) -> None:
    assert json.loads(outcome_json(outcome)) == outcome_view(outcome)


def test_the_short_way_to_the_engine_gives_what_the_container_gives(tmp_path: Path) -> None:
    documents = [Document(id=str(number), text=text) for number, text in enumerate(TEXTS)]
    documents.append(Document(id="x", text="ok", language=ENGLISH, source=LanguageSource.CALLER))
    wired = Container(settings=Settings(data_dir=tmp_path)).bulk_engine()
    assert list(embedded_alone(tmp_path).analyze(documents, CALL)) == list(wired.analyze(documents, CALL))


def test_where_nothing_is_set_nothing_is_imported_that_only_settings_need() -> None:
    script = (
        "import sys; from aurastream.entrypoints.cli.app import main\n"
        "try: main(['analyze', 'I love it'])\n"
        "except SystemExit: pass\n"
        "heavy = ('pydantic', 'dependency_injector', 'starlette', 'py3langid')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PATH": ""}
    )
    assert ran.stdout.splitlines()[-1] == "[]"
