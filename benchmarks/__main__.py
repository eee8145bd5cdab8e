"""
`python -m benchmarks`: every measurement, or those that are named.

Each measures AuraStream beside what one would pick instead, in the same run; ratios carry further than times.
"""

import sys

from benchmarks import bulk, cascade, live, overload, quality, quota, stream

MEASUREMENTS = {
    "live": live.main,
    "stream": stream.main,
    "bulk": bulk.main,
    "quota": quota.main,
    "overload": overload.main,
    "cascade": cascade.main,
    "quality": quality.main,
}


def main(names: list[str]) -> int:
    """Run the measurements that are named, or all."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(
            f"no such measurement: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr
        )
        return 2
    for name in names or MEASUREMENTS:
        print(f"\n## {name}\n")
        MEASUREMENTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
