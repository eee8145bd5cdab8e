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
INT32 = 6
Shape = tuple[str | int, str | int]
ANY: Shape = ("texts", "words")
"""Names where any number will do; an export may fix either."""


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


def _node(does: str, takes: Sequence[str], gives: str, *attributes: bytes) -> bytes:
    names = b"".join(_bytes(1, name) for name in takes)
    return _bytes(1, names + _bytes(2, gives) + _bytes(4, does) + b"".join(attributes))


def _table(name: str, rows: Sequence[Sequence[float]]) -> bytes:
    flat = [number for row in rows for number in row]
    sizes = _number(1, len(rows)) + _number(1, len(rows[0])) + _number(2, _FLOAT)
    return _bytes(5, sizes + _bytes(8, name) + _bytes(9, struct.pack(f"<{len(flat)}f", *flat)))


def _axis(name: str, value: int) -> bytes:
    return _bytes(
        5, _number(1, 1) + _number(2, _INT64) + _bytes(8, name) + _bytes(9, struct.pack("<q", value))
    )


def _model(graph: bytes, fed: Sequence[str], shape: Shape, kind: int, *outputs: int | str) -> bytes:
    inputs = b"".join(_bytes(11, _value(name, kind, *shape)) for name in fed)
    ends = _bytes(12, _value("logits", _FLOAT, shape[0], *outputs))
    return (
        _number(1, 8)
        + _bytes(7, graph + _bytes(2, "bag of words") + inputs + ends)
        + _bytes(8, _number(2, 13))
    )


def bag_of_words(
    rows: Sequence[Sequence[float]], *, fed: str = "input_ids", shape: Shape = ANY, kind: int = _INT64
) -> bytes:
    """A model whose logits are the mean of the rows of the words of a text."""
    graph = (
        _table("table", rows)
        + _node("Gather", ("table", fed), "rows", _whole("axis", 0))
        + _node("ReduceMean", ("rows",), "logits", _wholes("axes", 1), _whole("keepdims", 0))
    )
    return _model(graph, (fed,), shape, kind, len(rows[0]))


def words_alone(rows: Sequence[Sequence[float]]) -> bytes:
    """A row for each word of a text, as a model gives whose head was not exported."""
    graph = _table("table", rows) + _node("Gather", ("table", "input_ids"), "logits", _whole("axis", 0))
    return _model(graph, ("input_ids",), ANY, _INT64, "words", len(rows[0]))


def usual_export(
    rows: Sequence[Sequence[float]], *, positions: int, shape: Shape = ANY, kind: int = _INT64
) -> bytes:
    """
    The same as exporters write it of a transformer, fed with all three inputs.

    The mean is of what the mask leaves; at the token that has no row in the table of positions it breaks off.
    """
    nothing = [0.0] * len(rows[0])
    graph = (
        _table("table", rows)
        + _table("places", [nothing] * (positions + 1))
        + _table("kinds", [nothing] * 2)
        + _axis("along", 1)
        + _axis("last", 2)
        + _node("Gather", ("table", "input_ids"), "words", _whole("axis", 0))
        + _node("CumSum", ("attention_mask", "along"), "order")
        + _node("Gather", ("places", "order"), "placed", _whole("axis", 0))
        + _node("Gather", ("kinds", "token_type_ids"), "kind", _whole("axis", 0))
        + _node("Add", ("words", "placed"), "there")
        + _node("Add", ("there", "kind"), "rows")
        + _node("Cast", ("attention_mask",), "mask", _whole("to", _FLOAT))
        + _node("Unsqueeze", ("mask", "last"), "each")
        + _node("Mul", ("rows", "each"), "heard")
        + _node("ReduceSum", ("heard", "along"), "sum", _whole("keepdims", 0))
        + _node("ReduceSum", ("mask", "along"), "count", _whole("keepdims", 1))
        + _node("Div", ("sum", "count"), "logits")
    )
    return _model(graph, ("input_ids", "attention_mask", "token_type_ids"), shape, kind, len(nothing))


def write_classifier(
    directory: Path,
    rows: Rows = WORDS,
    *,
    labels: object = LABELS,
    window: int | None = None,
    fed: str = "input_ids",
) -> Path:
    """The files of a classifier with labels of one's own; `window` is what its tokenizer states."""
    _write_tokenizer(directory, rows, window)
    (directory / "model.onnx").write_bytes(bag_of_words(list(rows.values()), fed=fed))
    (directory / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    return directory


def write_export(
    directory: Path,
    rows: Rows = WORDS,
    *,
    names: Sequence[str] = ("POSITIVE", "NEGATIVE", "NEUTRAL"),
    positions: int = 32,
    shape: Shape = ANY,
    kind: int = _INT64,
) -> Path:
    """The files that an exporter writes: the names of the outputs, and how much is read, are in its own."""
    _write_tokenizer(directory, rows, None)
    (directory / "model.onnx").write_bytes(
        usual_export(list(rows.values()), positions=positions, shape=shape, kind=kind)
    )
    config = {
        "id2label": {str(place): name for place, name in enumerate(names)},
        "max_position_embeddings": positions,
        "pad_token_id": 1,
    }
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return directory


def _write_tokenizer(directory: Path, rows: Rows, window: int | None) -> None:
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(rows)}, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    if window is not None:
        tokenizer.enable_truncation(max_length=window)
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
