"""A directory that holds a classifier in the ONNX format, as the usual exporters write it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

from aurastream.adapters.local.onnx_labels import CONFIG, LABELS, output_labels
from aurastream.adapters.local.onnx_network import INPUTS, MODEL, OnnxNetwork, Tokens, said
from aurastream.domain.sentiment import Scores, Sentiment
from aurastream.domain.versions import version_of

TOKENIZER, TOKENIZER_CONFIG = "tokenizer.json", "tokenizer_config.json"
MOST_TOKENS = 512
"""Of one window, also where the network could read more: what it needs grows with the square of them."""
_TRIAL = "This is fine. "


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a text: how many of its characters it covers, and the tokens they are to the network."""

    characters: int
    tokens: Tokens


class OnnxClassifier:
    """
    Cuts texts into windows of tokens, and tells the scores of one.

    One window goes through the network at a time, so that what else is in a call, and how it would have to be
    padded, moves no score. Outputs of one sentiment are added up; a sentiment that no output has gets 0.
    """

    def __init__(self, directory: Path) -> None:
        """
        Read the files, and try them out.

        Raises:
            ImportError: the packages it needs are not installed.
            ValueError: the directory holds no classifier that could be run; the message says why.
            OSError: a file is missing.
        """
        config = _facts(directory / CONFIG)
        self._labels = output_labels(directory, config)
        padding = config.get("pad_token_id") or 0
        try:
            self._tokenizer = _tokenizer(directory / TOKENIZER)
            self._network = OnnxNetwork(directory / MODEL, padding=padding)
        except ImportError:
            raise ImportError("engine onnx needs two more packages: pip install 'aurastream[onnx]'") from None
        stated = [
            (self._tokenizer.truncation or {}).get("max_length"),
            _facts(directory / TOKENIZER_CONFIG).get("model_max_length"),
            config.get("max_position_embeddings"),
            self._network.most_tokens,
        ]
        self._cut_at(min([MOST_TOKENS, *(most for most in stated if isinstance(most, int) and most > 0)]))
        self.version = _version(directory, f"{self._labels} {self._tokenizer.truncation} {padding}")

    def windows(self, text: str) -> Iterator[Window]:
        """The parts that one run can take; none where the tokenizer leaves nothing to read."""
        encoded = self._tokenizer.encode(text)
        for part in (encoded, *encoded.overflowing):
            if part.ids:
                tokens = zip(INPUTS, (part.ids, part.attention_mask, part.type_ids), strict=True)
                characters = sum(end - start for start, end in part.offsets)
                yield Window(characters=max(1, characters), tokens=dict(tokens))

    def scores(self, window: Window) -> Scores:
        """What the network makes of it; what goes wrong has no common base."""
        logits = self._network.run(window.tokens).tolist()
        highest = max(logits)
        sums = dict.fromkeys(Sentiment, 0.0)
        for label, logit in zip(self._labels, logits, strict=True):
            sums[label] += exp(logit - highest)
        return Scores.normalised(*sums.values())

    def _cut_at(self, tokens: int) -> None:
        """Have windows of so many tokens, and try one, and one that holds next to nothing."""
        try:
            self._tokenizer.enable_truncation(max_length=tokens)
            self._tokenizer.no_padding()
            few, full = (next(self.windows(text)) for text in (_TRIAL, _TRIAL * tokens))
        except Exception as error:  # the package raises nothing narrower
            raise ValueError(f"{TOKENIZER} makes no windows of {tokens} tokens ({said(error)})") from None
        self._try(few, f"{MODEL} cannot read what {TOKENIZER} makes of a text")
        self._try(
            full,
            f"{MODEL} cannot read {tokens} tokens at once; state model_max_length in {TOKENIZER_CONFIG}",
        )

    def _try(self, window: Window, complaint: str) -> None:
        try:
            shape = self._network.run(window.tokens).shape
        except Exception as error:  # the run-time's errors have no common base
            raise ValueError(f"{complaint} ({said(error)})") from None
        if shape != (len(self._labels),):
            outputs = f"{shape[0]} outputs" if len(shape) == 1 else "no row of outputs"
            raise ValueError(
                f"{MODEL} has {outputs} for a text, and {LABELS} or else {CONFIG} names {len(self._labels)}"
            )


def _facts(path: Path) -> Mapping[str, Any]:
    """A JSON object that may be missing."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ValueError(f"{path.name} is no JSON object")
    return read


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    content = path.read_bytes()
    try:
        return Tokenizer.from_buffer(content)
    except Exception as error:  # the package raises nothing narrower
        raise ValueError(
            f"{TOKENIZER} is none that the package tokenizers can read ({said(error)})"
        ) from None


def _version(directory: Path, reading: str) -> str:
    """Of all that decides an answer: model, weights beside it, tokenizer, and how they are read."""
    hashes = [reading.encode()]
    for path in (*sorted(directory.glob(f"{MODEL}*")), directory / TOKENIZER):
        with path.open("rb") as content:
            hashes.append(hashlib.file_digest(content, "sha256").digest())
    return version_of(b"".join(hashes))
