"""
Start MiniStack and write down every decision of its IAM; runs in MiniStack's own environment.

A line a decision: who asked to do what on which resource, what was decided, and by which statement.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found] # in its own environment
from ministack.core import iam_evaluator  # type: ignore[import-not-found] # the same


def main() -> None:
    """Serve until ended."""
    record = Path(os.environ.pop("DECISIONS")).open("a", buffering=1)  # noqa: SIM115 # open as long as we serve
    decide = iam_evaluator.evaluate

    def recorded(context: Any, policies: Any, *limits: Any) -> Any:
        result = decide(context, policies, *limits)
        line = {
            "who": context.principal_arn,
            "action": context.action,
            "resource": context.resource_arn,
            "decision": result.decision,
            "statement": result.matched_sid if hasattr(result, "matched_sid") else "",
        }
        record.write(json.dumps(line) + "\n")
        return result

    iam_evaluator.evaluate = recorded
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
