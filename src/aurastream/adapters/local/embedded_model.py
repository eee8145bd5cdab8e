"""The embedded engine's numbers: a small network read from one file and run by numpy alone."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.adapters.local.embedded_text import Speller, tokenise
from aurastream.domain.versions import version_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WINDOW = 3  # a word is read together with its neighbours
FORMAT = 1
_SEPARATOR = 0


class ModelFileError(ValueError):
    """The file is not a model that this version can read."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedModel:
    """
    Word vectors, one convolution, two ways of pooling and a linear layer.

    `table` holds a row for each word of the vocabulary and below them one for each bucket of word pieces, in
    whole numbers; `filters` is already multiplied by the size of each column's unit.
    """

    version: str
    languages: frozenset[str]
    vocabulary: dict[str, int]
    table: "NDArray[np.int8]"
    filters: "Floats"  # WINDOW x columns x filters
    filter_bias: "Floats"
    head: "Floats"  # the strongest and the mean of each filter, whether it is shouted -> four classes
    head_bias: "Floats"
    calibration: Calibration

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self.vocabulary, len(self.table) - len(self.vocabulary))

    def logits(self, texts: Sequence[str]) -> "Floats":
        """Four numbers for each text, before calibration: positive, negative, neutral, mixed."""
        if not texts:
            return np.zeros((0, len(self.head_bias)), dtype=np.float32)
        tokens = tokenise(texts)
        entries, spelled = self._entries(tokens)
        found = self._hidden(entries, spelled)
        ends = np.flatnonzero(entries == _SEPARATOR)
        starts = np.concatenate([[0], ends[:-1] + 1])
        found[ends] = (
            0  # a text's own filters only; nothing is below zero, so this changes no maximum and no sum
        )
        strongest = np.maximum.reduceat(found, starts, axis=0)
        mean = np.add.reduceat(found, starts, axis=0) / np.maximum(ends - starts, 1)[:, None].astype(
            np.float32
        )
        shouted = np.fromiter(map(str.isupper, texts), np.float32, len(texts))[:, None]
        return np.asarray(np.concatenate([strongest, mean, shouted], axis=1) @ self.head + self.head_bias)

    def _entries(self, tokens: list[str]) -> "tuple[NDArray[np.int64], dict[int, list[int]]]":
        """Each token's row of the table; for those spelled out in pieces, the pieces by position."""
        rows = list(map(self.vocabulary.get, tokens))
        spelled: dict[int, list[int]] = {}
        if None in rows:
            seen: dict[str, int | list[int]] = {}
            for at, row in enumerate(rows):
                if row is None:
                    token = tokens[at]
                    if (answer := seen.get(token)) is None:
                        answer = seen[token] = self._unknown(token)
                    if isinstance(answer, int):
                        rows[at] = answer
                    else:
                        rows[at], spelled[at] = answer[0], answer
        return np.array(rows, dtype=np.int64), spelled

    def _unknown(self, token: str) -> int | list[int]:
        known = self._speller.known(token)
        if known is not None:
            return known
        return [len(self.vocabulary) + piece for piece in self._speller.pieces(token)]

    def _hidden(self, entries: "NDArray[np.int64]", spelled: dict[int, list[int]]) -> "Floats":
        """
        What each filter finds around each token; separators keep a text from reading its neighbour.

        Words recur, so each is multiplied once, and what its places make of it is added up afterwards.
        """
        rows, places = np.unique(entries, return_inverse=True)
        words = np.take(self.table, rows, axis=0).astype(np.float32)
        if spelled:
            counts = np.array([len(pieces) for pieces in spelled.values()])
            parts = self.table[np.array([piece for pieces in spelled.values() for piece in pieces])]
            starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
            sums = np.add.reduceat(parts.astype(np.float32), starts, axis=0)
            places[np.array(list(spelled))] = len(words) + np.arange(len(spelled))
            words = np.concatenate([words, sums / counts[:, None].astype(np.float32)])
        found: Floats = np.take(words @ self.filters[1] + self.filter_bias, places, axis=0)
        found[1:] += np.take(words @ self.filters[0], places[:-1], axis=0)
        found[:-1] += np.take(words @ self.filters[2], places[1:], axis=0)
        np.maximum(found, 0, out=found)
        return found


def load_model(path: Path) -> EmbeddedModel:
    """
    The model in the file; its version is the beginning of the file's hash.

    Raises:
        ModelFileError: the file is no model of ours.
    """
    packed = path.read_bytes()
    try:
        with np.load(BytesIO(packed), allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            if facts["format"] != FORMAT:
                raise ModelFileError(f"{path.name} is a model of format {facts['format']}, not {FORMAT}")
            words = arrays["vocabulary"].tobytes().decode().split("\n")
            return EmbeddedModel(
                version=version_of(packed),
                languages=frozenset(facts["languages"]),
                vocabulary=dict(zip(words, range(len(words)), strict=True)),
                table=arrays["table"],
                filters=arrays["filters"] * arrays["units"][:, None],
                filter_bias=arrays["filter_bias"],
                head=arrays["head"],
                head_bias=arrays["head_bias"],
                calibration=Calibration(sharpness=facts["sharpness"], biases=tuple(facts["biases"])),
            )
    except ModelFileError:
        raise
    except (ValueError, KeyError, TypeError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise ModelFileError(f"{path.name} is no model file") from error
