"""The embedded engine's numbers: a small network read from one file and run by numpy alone."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from aurastream.adapters.local.embedded_calibration import CLASSES, Calibration
from aurastream.adapters.local.embedded_text import Speller, tokenise
from aurastream.domain.versions import version_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WINDOW = 3  # a word is read together with its neighbours
FORMAT = 1
OFTEN = 2_048
"""So many words of the vocabulary make up most of any text."""
_SEPARATOR = 0
_NOWHERE = -1


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

    def __post_init__(self) -> None:
        rows, columns = self.table.shape
        filters = len(self.filter_bias)
        fitting = (
            len(self.vocabulary) < rows
            and self.filters.shape == (WINDOW, columns, filters)
            and self.head.shape == (2 * filters + 1, CLASSES)
            and self.head_bias.shape == (CLASSES,)
        )
        if not fitting:
            raise ValueError("the model's arrays do not fit each other")

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self.vocabulary, len(self.table) - len(self.vocabulary))

    @cached_property
    def _often(self) -> "tuple[Floats, ...]":
        """What each place of the window makes of the commonest words, which come first in the table."""
        common = self.table[:OFTEN].astype(np.float32)
        return tuple(common @ filters for filters in self.filters)

    def logits(self, texts: Sequence[str]) -> "Floats":
        """Four numbers for each text, before calibration: positive, negative, neutral, mixed."""
        if not texts:
            return np.zeros((0, len(self.head_bias)), dtype=np.float32)
        tokens = tokenise(texts)
        entries, spelled = self._entries(tokens)
        found = self._found(entries, spelled)
        shouted = np.fromiter(map(str.isupper, texts), np.float32, len(texts))[:, None]
        pooled = _pooled(found, np.flatnonzero(entries == _SEPARATOR))
        return np.asarray(np.concatenate([pooled, shouted], axis=1) @ self.head + self.head_bias)

    def _entries(self, tokens: list[str]) -> "tuple[NDArray[np.int64], dict[int, list[int]]]":
        """Each token's row of the table; for those spelled out in pieces, the pieces by position."""
        rows = np.fromiter(map(self.vocabulary.get, tokens, repeat(_NOWHERE)), np.int64, len(tokens))
        spelled: dict[int, list[int]] = {}
        seen: dict[str, int | list[int]] = {}
        for at in np.flatnonzero(rows == _NOWHERE).tolist():
            token = tokens[at]
            if (answer := seen.get(token)) is None:
                answer = seen[token] = self._unknown(token)
            if isinstance(answer, int):
                rows[at] = answer
            else:
                spelled[at] = answer
        return rows, spelled

    def _unknown(self, token: str) -> int | list[int]:
        known = self._speller.known(token)
        if known is not None:
            return known
        return [len(self.vocabulary) + piece for piece in self._speller.pieces(token)]

    def _joined(self, spelled: Sequence[Sequence[int]]) -> "Floats":
        """A row for each word that is put together from pieces: their mean."""
        counts = np.array([len(pieces) for pieces in spelled])
        parts = self.table[[piece for pieces in spelled for piece in pieces]].astype(np.float32)
        sums = np.add.reduceat(parts, np.cumsum(counts) - counts, axis=0)
        return np.asarray(sums / counts[:, None].astype(np.float32))

    def _found(self, entries: "NDArray[np.int64]", spelled: dict[int, list[int]]) -> "Floats":
        """
        What each filter finds around each token; separators keep a text from reading its neighbour.

        Words recur: the commonest are multiplied once and for all, others once a call. What the places of the
        window make of them is added up afterwards.
        """
        often = len(self._often[0])
        rarer = np.flatnonzero(entries >= often)
        rows, among = np.unique(entries[rarer], return_inverse=True)
        words = self.table[rows].astype(np.float32)
        places = entries.copy()
        places[rarer] = often + among
        if spelled:
            places[list(spelled)] = often + len(words) + np.arange(len(spelled))
            words = np.concatenate([words, self._joined(list(spelled.values()))])
        found = np.take(self._product(1, words), places, axis=0)
        found[1:] += np.take(self._product(0, words), places[:-1], axis=0)
        found[:-1] += np.take(self._product(2, words), places[1:], axis=0)
        found += self.filter_bias
        np.maximum(found, 0, out=found)
        return found

    def _product(self, place: int, words: "Floats") -> "Floats":
        """What a place of the window makes of the commonest words and of these."""
        return np.concatenate([self._often[place], words @ self.filters[place]])


def _pooled(found: "Floats", ends: "NDArray[np.int64]") -> "Floats":
    """
    The strongest and the mean of each filter over each text's own tokens; a text ends with a separator.

    One text after the other: numpy's own ways to reduce by segments are slower along this axis.
    """
    filters = found.shape[1]
    pooled = np.zeros((len(ends), 2 * filters), dtype=np.float32)
    start = 0
    for text, end in zip(pooled, ends.tolist(), strict=True):
        if start < end:
            own = found[start:end]
            np.maximum.reduce(own, axis=0, out=text[:filters])
            np.add.reduce(own, axis=0, out=text[filters:])
            text[filters:] /= end - start
        start = end + 1
    return pooled


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
