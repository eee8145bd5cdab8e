"""The trained network as whole numbers, and as the one file that the engine reads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import torch

from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.adapters.local.embedded_model import FORMAT
from training.network import Network

LEVELS = 127
SPREAD = 5.0  # a value further out than this many standard deviations is cut off


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantised:
    """A table in whole numbers of each column's unit."""

    table: np.ndarray
    units: np.ndarray


@torch.no_grad()
def quantise(network: Network) -> Quantised:
    """Round each column to 255 levels, and give the network the rounded values back."""
    exact = network.table().numpy()
    most = np.abs(exact).max(axis=0)
    drawn = slice(0, network.shape.word)
    most[drawn] = np.minimum(most[drawn], SPREAD * exact[:, drawn].std(axis=0))
    units = (most / LEVELS).astype(np.float32)
    table = np.clip(np.rint(exact / units), -LEVELS, LEVELS).astype(np.int8)
    table[0] = 0
    rounded = torch.from_numpy(table.astype(np.float32) * units)
    words, width = network.words, network.shape.word
    network.view.zero_()
    network.difference.copy_(rounded[:words, :width])
    network.columns.copy_(rounded[:words, width:])
    network.buckets.copy_(rounded[words:, :width])
    return Quantised(table=table, units=units)


@torch.no_grad()
def pack(
    network: Network,
    rounded: Quantised,
    words: Sequence[str],
    languages: Sequence[str],
    calibration: Calibration,
) -> bytes:
    """The model file: plain arrays in one archive, the same bytes for the same numbers."""
    facts = {
        "format": FORMAT,
        "languages": sorted(languages),
        "sharpness": calibration.sharpness,
        "biases": list(calibration.biases),
    }
    filters = network.filters.weight.numpy().T.reshape(network.shape.window, -1, network.shape.filters)
    packed = BytesIO()
    np.savez(
        packed,
        allow_pickle=False,
        facts=np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8),
        vocabulary=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        table=rounded.table,
        units=rounded.units,
        filters=np.ascontiguousarray(filters, dtype=np.float32),
        filter_bias=network.filters.bias.numpy(),
        head=np.ascontiguousarray(network.head.weight.numpy().T),
        head_bias=network.head.bias.numpy(),
    )
    return packed.getvalue()
