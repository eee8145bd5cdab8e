"""A classifier of a few words, written as ONNX by hand, so that no test needs the tools that make models."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

Rows = Mapping[str, Sequence[float]]

WORDS: Rows = {
    "[UNK]": (0.0, 0.0, 0.5),
    "love": (9.0, 0.0, 0.0),
    "wonderful": (9.0, 0.0, 0.0),
    "hate": (0.0, 9.0, 0.0),
    "awful": (0.0, 9.0, 0.0),
}
LABELS = ("positive", "negative", "neutral")
_INT64, _FLOAT = 7, 1


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _value(name: str, kind: int, *dimensions: str | int) -> bytes:
    shape = b"".join(
        _bytes(1, _bytes(2, each) if isinstance(each, str) else _number(1, each)) for each in dimensions
    )
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _whole(name: str, value: int) -> bytes:
    return _bytes(5, _bytes(1, name) + _number(3, value) + _number(20, 2))


def _wholes(name: str, value: int) -> bytes:
    return _bytes(5, _bytes(1, name) + _number(8, value) + _number(20, 7))


def bag_of_words(rows: Sequence[Sequence[float]], *, fed: str = "input_ids") -> bytes:
    """A model whose logits are the mean of the rows of the words of a text."""
    flat = [number for row in rows for number in row]
    table = (
        _number(1, len(rows))
        + _number(1, len(rows[0]))
        + _number(2, _FLOAT)
        + _bytes(8, "table")
        + _bytes(9, struct.pack(f"<{len(flat)}f", *flat))
    )
    looked_up = (
        _bytes(1, "table") + _bytes(1, fed) + _bytes(2, "rows") + _bytes(4, "Gather") + _whole("axis", 0)
    )
    mean = (
        _bytes(1, "rows") + _bytes(2, "logits") + _bytes(4, "ReduceMean") + _wholes("axes", 1)
        + _whole("keepdims", 0)
    )  # fmt: skip
    graph = (
        _bytes(1, looked_up)
        + _bytes(1, mean)
        + _bytes(2, "bag of words")
        + _bytes(5, table)
        + _bytes(11, _value(fed, _INT64, "texts", "words"))
        + _bytes(12, _value("logits", _FLOAT, "texts", len(rows[0])))
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def write_classifier(
    directory: Path,
    rows: Rows = WORDS,
    *,
    labels: object = LABELS,
    window: int | None = None,
    fed: str = "input_ids",
) -> Path:
    """The three files of a classifier; `window` is the truncation that its tokenizer states."""
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(rows)}, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    if window is not None:
        tokenizer.enable_truncation(max_length=window)
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "model.onnx").write_bytes(bag_of_words(list(rows.values()), fed=fed))
    (directory / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    return directory
