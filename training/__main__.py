"""`python -m training model --data DIR` makes the model file, the golden numbers and the measurements."""

import argparse
from pathlib import Path

import torch

from training.answers import write_answers
from training.making import make_model

ROOT = Path(__file__).parent.parent
WORK = ROOT / "build" / "training"
PACKAGES = WORK / "packages"
THREADS = 2
"""Sums are split the same way on any machine."""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    model = commands.add_parser("model", help="train on the data and write the model")
    model.add_argument("--packages", type=Path, default=PACKAGES, help="where the sets from elsewhere lie")
    answers = commands.add_parser("answers", help="write what the teacher says of texts, for a cascade")
    answers.add_argument("into", type=Path)
    for command in (model, answers):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--work", type=Path, default=WORK, help="what may be kept between runs")
    asked = parser.parse_args()
    torch.set_num_threads(THREADS)
    if asked.command == "model":
        make_model(asked.data, asked.packages, asked.work, ROOT)
    else:
        write_answers(asked.data, asked.work, asked.into)


if __name__ == "__main__":
    main()
