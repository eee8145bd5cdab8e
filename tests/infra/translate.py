"""
Translate a SAM template to CloudFormation, as the service would; runs in the scanners' environment.

Reads a template and writes JSON; needs no network and no account.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform  # type: ignore[import-not-found] # in its own environment
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found] # the same

LOCAL_FILES = ("CodeUri", "DefinitionUri")


class NoManagedPolicies:
    """The template names its managed policies itself, so there is nothing to look up."""

    def load(self) -> dict[str, str]:
        return {}


def translated(text: str, parameters: dict[str, str]) -> Any:
    """The template as CloudFormation gets it, its local files standing in S3."""
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in LOCAL_FILES:
            if name in properties:
                properties[name] = f"s3://artifacts/{Path(properties[name]).name}"
    return transform(template, parameters, NoManagedPolicies(), passthrough_metadata=True)


if __name__ == "__main__":
    source, *given = sys.argv[1:]
    parameters = dict(pair.split("=", 1) for pair in given)
    json.dump(translated(Path(source).read_text(), parameters), sys.stdout, indent=1)
