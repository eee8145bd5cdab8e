"""A model file for further languages, made of the shipped one."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np

from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL


def add_model(folder: Path, *languages: str) -> None:
    """The shipped numbers under other languages: what they say of those does not matter here."""
    folder.mkdir(parents=True, exist_ok=True)
    with np.load(ENGLISH_MODEL) as shipped:
        arrays = {name: shipped[name] for name in shipped.files}
    facts = json.loads(arrays["facts"].tobytes())
    arrays["facts"] = np.frombuffer(json.dumps({**facts, "languages": languages}).encode(), dtype=np.uint8)
    packed = BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    (folder / f"sentiment-{'-'.join(languages)}.npz").write_bytes(packed.getvalue())
