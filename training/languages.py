"""
`python -m training.languages` writes the language detector's model: py3langid's, cut to our languages.

The library's own file takes half a second to unpack and holds three times as many languages. Ours has to be
written anew when py3langid changes its model, or the detector its languages; needs no torch.
"""

import lzma
from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE

from aurastream.adapters.local.langid_detector import MODEL, NEIGHBOURS, SERVED

AS_THEY_ARE = ("nextmove", "out_feat", "nextmove_row")


def ours() -> dict[str, np.ndarray]:
    """The library's arrays, of each language's columns only those that the detector tells apart."""
    known = {*SERVED, *NEIGHBOURS}
    with lzma.open(MODEL_DIR / MODEL_FILE) as unpacked, np.load(unpacked, allow_pickle=False) as kept:
        columns = [column for column, language in enumerate(kept["classes"].tolist()) if language in known]
        cut = {name: kept[name][..., columns] for name in ("ptc", "pc", "classes")}
        return cut | {name: kept[name] for name in AS_THEY_ARE}


def write(path: Path) -> None:
    """Write the arrays, packed."""
    np.savez_compressed(path, allow_pickle=False, **ours())


if __name__ == "__main__":
    write(MODEL)
