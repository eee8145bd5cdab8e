"""A network in the ONNX format, which makes a row of numbers of a row of tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = "model.onnx"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What exporters call them; a network need not ask for the last two."""
_KINDS = {"tensor(int64)": "int64", "tensor(int32)": "int32"}
_LOGITS = "logits"
_FATAL_ONLY = 4
"""What the run-time says of a failed run names numbers that stand for words."""

Tokens = Mapping[str, Sequence[int]]
"""A row for each of `INPUTS`, all of one length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    """One that the network asks for; an export may have fixed how many texts and tokens it takes."""

    name: str
    kind: str
    texts: int
    tokens: int | None


class OnnxNetwork:
    """Runs one row of tokens at a time; where the export fixed more, they are filled up."""

    def __init__(self, path: Path, *, padding: int) -> None:
        """
        Raises:
            ImportError: the run-time is not installed.
            ValueError: the file holds no network of this kind; the message says why.
            OSError: there is no such file.
        """
        self._padding = padding
        self._session = _session(path)
        self._inputs = [_input(each) for each in self._session.get_inputs()]
        if not {INPUTS[0]} <= {each.name for each in self._inputs} <= set(INPUTS):
            raise ValueError(f"{MODEL} has to be fed with {INPUTS[0]} and at most {' and '.join(INPUTS[1:])}")
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = _LOGITS if _LOGITS in outputs else outputs[0]

    @property
    def most_tokens(self) -> int | None:
        """How many tokens a row may have, where the export has fixed that."""
        return min((each.tokens for each in self._inputs if each.tokens), default=None)

    def run(self, tokens: Tokens) -> Any:
        """The row of numbers; what goes wrong has no common base."""
        import numpy as np

        fed = {}
        for each in self._inputs:
            row = list(tokens[each.name])
            filler = self._padding if each.name == INPUTS[0] else 0
            row += [filler] * ((each.tokens or 0) - len(row))
            fed[each.name] = np.asarray([row] * each.texts, dtype=each.kind)
        [rows] = self._session.run([self._output], fed)
        return rows[0]


def _session(path: Path) -> Any:
    from onnxruntime import InferenceSession, SessionOptions

    path.stat()  # a missing file is told as such
    options = SessionOptions()
    options.log_severity_level = _FATAL_ONLY
    try:
        return InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f"{MODEL} is none that the package onnxruntime can run ({said(error)})") from None


def _input(stated: Any) -> _Input:
    if stated.type not in _KINDS or len(stated.shape) != 2:
        raise ValueError(f"{MODEL} has to be fed with rows of whole numbers, and {stated.name} is none")
    texts, tokens = (size if isinstance(size, int) else None for size in stated.shape)
    return _Input(name=stated.name, kind=_KINDS[stated.type], texts=texts or 1, tokens=tokens)


def said(error: Exception, most: int = 300) -> str:
    """What a package says of a file: no customer's text has come by yet."""
    return " ".join(str(error).split())[:most] or type(error).__name__
