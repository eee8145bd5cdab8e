"""Sentiment by a classifier of one's own, in the ONNX format."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any

from aurastream.domain.combination import combine
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.errors import DeadlineError, StoppedError
from aurastream.domain.language import LanguageSource, TextLanguage
from aurastream.domain.outcome import FailureCode, Outcome, failed
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine

MODEL, TOKENIZER, LABELS = "model.onnx", "tokenizer.json", "labels.json"
TOKENS = 512
"""What most classifiers read in one piece; a tokenizer that states its own truncation knows better."""
_FEEDS = ("input_ids", "attention_mask", "token_type_ids")
_TRIAL = "This is fine."
_FATAL_ONLY = 4
"""What the run-time says of a failed run names numbers that stand for words."""

Window = tuple[int, Mapping[str, Sequence[int]]]
"""How many characters of a text it covers, and what the model is fed."""


class OnnxEngine(SentimentEngine):
    """
    Runs the classifier of a directory that holds `model.onnx`, `tokenizer.json` and `labels.json`.

    The labels are a JSON list with a sentiment for each of the model's outputs, in their order; outputs of
    one sentiment are added up, and a sentiment that the model does not know gets 0. Long texts are read in
    windows of tokens, whose scores are joined. The model runs once a window, so that what else is in a call,
    and how it would have to be padded, moves no score.
    """

    def __init__(self, directory: Path, *, clock: Clock) -> None:
        """
        Raises:
            ImportError: the packages it needs are not installed.
            ValueError: the directory holds no classifier that could be run; the message says why.
            OSError: a file is missing.
        """
        self._clock = clock
        self._labels = _labels(directory / LABELS)
        self._tokenizer = _tokenizer(directory / TOKENIZER)
        self._session = _session(directory / MODEL)
        self._identity = EngineId(name="onnx", version=_version(directory))
        self._fed = tuple(each.name for each in self._session.get_inputs())
        if not {"input_ids"} <= set(self._fed) <= set(_FEEDS):
            raise ValueError(f"{MODEL} has to be fed with input_ids and at most {' and '.join(_FEEDS[1:])}")
        self._try()

    @property
    def identity(self) -> EngineId:
        return self._identity

    @property
    def limits(self) -> EngineLimits:
        return EngineLimits()

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if any(document.language is None for document in documents):
            raise ValueError("a document is in no language")
        outcomes = []
        for document in documents:
            if call.stopped():
                raise StoppedError("asked to start no new call")
            if self._clock.monotonic() >= call.deadline:
                raise DeadlineError("no time is left to begin")
            outcomes.append(self._outcome(document))
        return outcomes

    def _try(self) -> None:
        """Let a model that does not fit its tokenizer or its labels be found out now."""
        try:
            _, feed = next(self._windows(_TRIAL))
            self._scores(feed)
        except Exception as error:  # the run-time's errors have no common base
            raise ValueError(
                f"{MODEL}, {TOKENIZER} and {LABELS} do not fit together ({type(error).__name__})"
            ) from None

    def _outcome(self, document: Document) -> Outcome:
        assert document.language is not None
        language = TextLanguage(code=document.language, source=document.source or LanguageSource.DEFAULT)
        try:
            read = [
                (length, self._result(self._scores(feed), language))
                for length, feed in self._windows(document.text)
            ]
        except Exception:  # as above; and what they say may tell of the text
            read = []
        if not read:
            return failed(document.id, FailureCode.ENGINE_REJECTED)
        return Outcome(id=document.id, result=combine(read))

    def _windows(self, text: str) -> Iterator[Window]:
        # A lone surrogate is no text to the tokenizer, and everybody else shows it as a question mark.
        encoded = self._tokenizer.encode(text.encode("utf-8", "replace").decode())
        for window in (encoded, *encoded.overflowing):
            if window.ids:
                feed = zip(_FEEDS, (window.ids, window.attention_mask, window.type_ids), strict=True)
                yield max(1, sum(end - start for start, end in window.offsets)), dict(feed)

    def _scores(self, feed: Mapping[str, Sequence[int]]) -> Scores:
        import numpy as np

        fed = {name: np.asarray([feed[name]], dtype=np.int64) for name in self._fed}
        [logits] = self._session.run(None, fed)[0].tolist()
        highest = max(logits)
        sums = dict.fromkeys(Sentiment, 0.0)
        for label, logit in zip(self._labels, logits, strict=True):
            sums[label] += exp(logit - highest)
        return Scores.normalised(*sums.values())

    def _result(self, scores: Scores, language: TextLanguage) -> SentimentResult:
        return SentimentResult(sentiment=scores.top, scores=scores, language=language, engine=self._identity)


def _labels(path: Path) -> list[Sentiment]:
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        return [Sentiment(name.upper()) for name in named]
    except (ValueError, TypeError, AttributeError):
        raise ValueError(
            f"{LABELS} has to be a JSON list of positive, negative, neutral and mixed, one for each output"
        ) from None


def _tokenizer(path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise _missing() from None
    content = path.read_text(encoding="utf-8")
    try:
        tokenizer = Tokenizer.from_str(content)
    except Exception:  # the package raises nothing narrower
        raise ValueError(f"{TOKENIZER} is none that the package tokenizers can read") from None
    stated = tokenizer.truncation or {}
    tokenizer.enable_truncation(max_length=stated.get("max_length", TOKENS))
    tokenizer.no_padding()
    return tokenizer


def _session(path: Path) -> Any:
    try:
        from onnxruntime import InferenceSession, SessionOptions
    except ImportError:
        raise _missing() from None
    path.stat()  # a missing file is told as such
    options = SessionOptions()
    options.log_severity_level = _FATAL_ONLY
    try:
        return InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception:  # the run-time's errors have no common base
        raise ValueError(f"{MODEL} is none that the package onnxruntime can run") from None


def _missing() -> ImportError:
    return ImportError("engine onnx needs two more packages: pip install 'aurastream[onnx]'")


def _version(directory: Path) -> str:
    """Of all that decides an answer: the model, with weights stored beside it, and its companions."""
    digest = hashlib.sha256()
    for path in (*sorted(directory.glob(f"{MODEL}*")), directory / TOKENIZER, directory / LABELS):
        with path.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:12]
