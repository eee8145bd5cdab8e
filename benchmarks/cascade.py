"""
A cascade on labelled texts: what the embedded engine answers itself, how right the pair is, what it costs.

The other engine is the strict stand-in for Comprehend, which replays the answers of another model: those of
the lexicon engine, or recorded ones (BENCH_ANSWERS, a CSV file as `aurastream standin` takes it).
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from boto3.session import Session

from aurastream.containers import Container
from aurastream.domain.document import Document, size_of
from aurastream.domain.engine import Call, Priority
from aurastream.domain.evaluation import Judged, accuracy, macro_f1
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH, LanguageSource
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import list_price
from aurastream.entrypoints.cli.labelled import Labelled, read_labelled
from aurastream.settings import Settings
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn, recorded_answers, replay

THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MOST = 5_000
"""Texts of a larger file that are looked at, drawn once and for all."""
MAX_BYTES = 5_000
"""Comprehend's limit; a longer text would be asked for in segments, of which there is no recorded answer."""
NO_QUOTA = ComprehendSettings(tps=None, batch_tps=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an engine made of the texts, and the units that the stand-in billed for it."""

    outcomes: Sequence[Outcome]
    billed: int

    def row(self, what: str, labelled: Sequence[Labelled]) -> str:
        """A line of the table."""
        results = [outcome.result for outcome in self.outcomes if outcome.result is not None]
        if len(results) < len(labelled):
            raise SystemExit(f"{what}: {len(labelled) - len(results)} texts were not scored")
        judged = [
            Judged(label=one.label, sentiment=result.sentiment, scores=result.scores)
            for one, result in zip(labelled, results, strict=True)
        ]
        locally = sum(result.engine.name != "comprehend" for result in results) / len(results)
        usd, saved = (
            float(list_price(units)) / len(results) * 1_000_000
            for units in (self.billed, sum(outcome.saved_units for outcome in self.outcomes))
        )
        return (
            f"| {what} | {locally:.1%} | {accuracy(judged):.3f} | {macro_f1(judged):.3f} "
            f"| {usd:.2f} | {saved:.2f} |"
        )


def main() -> None:
    """Print a row for either engine alone, and one for each threshold of the pair."""
    path = os.environ.get("BENCH_LABELLED")
    if not path:
        print("set BENCH_LABELLED to a file with the columns text and label; nothing was measured")
        return
    labelled = _labelled(Path(path))
    answers = _answers(labelled)
    print(f"{len(labelled):,} texts\n")
    print("| engine | answered locally | accuracy | macro F1 | USD per million | saved |")
    print("|---|---|---|---|---|---|")
    print(_measured(labelled, answers, "embedded").row("embedded alone", labelled), flush=True)
    print(_measured(labelled, answers, "comprehend").row("the other alone", labelled), flush=True)
    for threshold in THRESHOLDS:
        measured = _measured(labelled, answers, "cascade", threshold)
        print(measured.row(f"cascade, from {threshold:.1f} on", labelled), flush=True)


def _labelled(path: Path) -> list[Labelled]:
    each = {one.text: one for one in read_labelled(path, text_column="text", label_column="label").texts}
    fitting = [one for one in each.values() if size_of(one.text) <= MAX_BYTES]
    return Random(1).sample(fitting, min(MOST, len(fitting)))


def _answers(labelled: Sequence[Labelled]) -> Mapping[str, Mapping[str, float]]:
    recorded = os.environ.get("BENCH_ANSWERS")
    if recorded:
        return recorded_answers(Path(recorded))
    with tempfile.TemporaryDirectory() as folder:
        engine = Container(settings=Settings(engine="lexicon", data_dir=Path(folder))).bulk_engine()
        outcomes = engine.analyze(_documents(labelled), _call())
    answers = {}
    for one, outcome in zip(labelled, outcomes, strict=True):
        assert outcome.result is not None
        names = ("Positive", "Negative", "Neutral", "Mixed")
        answers[one.text] = dict(zip(names, outcome.result.scores.as_tuple(), strict=True))
    return answers


def _measured(
    labelled: Sequence[Labelled],
    answers: Mapping[str, Mapping[str, float]],
    engine: str,
    threshold: float = 0.6,
) -> Measured:
    """Through the whole stack; in a directory of its own, for the cache would make the next one cheaper."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        standin = stack.enter_context(ComprehendStandIn(NO_QUOTA, score=replay(answers)))
        settings = Settings(
            engine=engine, cascade_threshold=threshold, data_dir=folder, comprehend_batch_tps=10_000
        )
        container = Container(settings=settings)
        session = Session(aws_access_key_id="b", aws_secret_access_key="b", region_name="eu-west-1")
        container.bulk.comprehend_client.override(session.client("comprehend", endpoint_url=standin.url))
        outcomes = container.bulk_engine().analyze(_documents(labelled), _call())
        billed = standin.ledger.bill.units
    if billed != sum(outcome.units for outcome in outcomes):
        raise SystemExit(f"{engine}: the bill is not what the outcomes state")
    return Measured(outcomes=outcomes, billed=billed)


def _documents(labelled: Sequence[Labelled]) -> list[Document]:
    return [
        Document(id=str(number), text=one.text, language=ENGLISH, source=LanguageSource.CALLER)
        for number, one in enumerate(labelled)
    ]


def _call() -> Call:
    return Call(tenant=LOCAL_TENANT, priority=Priority.BULK)
