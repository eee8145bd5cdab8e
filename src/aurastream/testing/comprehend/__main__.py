"""`python -m aurastream.testing.comprehend`: the stand-in as a process, standard library only."""

import argparse
import sys
from pathlib import Path

from aurastream.testing.comprehend.serving import serve


def main(arguments: list[str]) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m aurastream.testing.comprehend", description=__doc__)
    parser.add_argument("--port", type=int, default=4590, help="0 picks a free one")
    parser.add_argument("--tps", type=float, default=20.0, help="DetectSentiment calls a second")
    parser.add_argument("--batch-tps", type=float, default=10.0, help="BatchDetectSentiment calls a second")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--error-rate", type=float, default=0.0, help="share of calls that fail with 500")
    parser.add_argument(
        "--reset-rate", type=float, default=0.0, help="share of calls whose connection is reset"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recorded", type=Path, help="CSV of answers: text,positive,negative,neutral,mixed")
    try:
        serve(**vars(parser.parse_args(arguments)))
    except (ValueError, OSError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
