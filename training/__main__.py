"""`python -m training model --data DIR` makes the model file, the golden numbers and the measurements."""

import argparse
from pathlib import Path

import torch

from training.making import make_model

ROOT = Path(__file__).parent.parent
THREADS = 2
"""Sums are split the same way on any machine."""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    model = commands.add_parser("model", help="train on the data and write the model")
    model.add_argument("--data", type=Path, required=True)
    model.add_argument(
        "--work", type=Path, default=ROOT / "build" / "training", help="what may be kept between runs"
    )
    asked = parser.parse_args()
    torch.set_num_threads(THREADS)
    make_model(asked.data, asked.work, ROOT)


if __name__ == "__main__":
    main()
