"""What the field's own scanners say, each shown to see what it is there for."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infra.environments import ROOT, STATE_MACHINE, run, tool

NOT_OURS: Mapping[str, str] = {
    "CKV_AWS_18": "one more bucket that tells who read what; the API's own log tells it",
    "CKV_AWS_21": "unversioned, so that what is erased is gone",
    "CKV_AWS_26": "CloudWatch may not publish to a topic under alias/aws/sns, and an alarm tells no secret",
    "CKV_AWS_27": "checkov knows only KMS keys; the queues are encrypted by SQS itself and hold job ids",
    "CKV_AWS_115": "reserving for every function takes from the account; only bulk work is capped",
    "CKV_AWS_116": "S3's events have a destination, the schedule comes again in ten minutes",
    "CKV_AWS_117": "nothing here lies in a VPC",
    "CKV_AWS_119": "the table holds no text; AWS's own key encrypts it",
    "CKV_AWS_120": "no two answers are the same",
    "CKV_AWS_158": "logs hold no text, and are encrypted by CloudWatch's own key",
    "CKV_AWS_173": "the environment holds names and numbers",
}
"""Checks that checkov makes and that this stack does not keep, and why."""


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("lint")

    def findings(template: dict[str, Any], name: str) -> list[str]:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(template))
        done = run([tool("scan", "cfn-lint"), "--format", "parseable", "--template", str(path)])
        return [line.split(":")[5] for line in done.stdout.splitlines() if line.count(":") > 5]

    return findings


def test_cfn_lint_finds_nothing(lint: Any, translated: dict[str, Any]) -> None:
    assert lint(translated, "stack") == []


def test_cfn_lint_looks(lint: Any, translated: dict[str, Any]) -> None:
    broken = copy.deepcopy(translated)
    broken["Resources"]["RetryQueue"]["Properties"]["VisibilityTimeout"] = 30
    document = broken["Resources"]["JobsRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    document["Statement"][-1]["Action"] = ["comprehend:DetectSentimnt"]
    broken["Resources"]["UploadsBucket"]["DependsOn"] = ["StartJobFunction"]
    broken["Resources"]["StartJobFunction"]["DependsOn"] = ["UploadsBucket"]

    assert {"E3505", "W3037", "E3004"} <= set(lint(broken, "broken"))


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, translated: dict[str, Any]) -> dict[str, set[str]]:
    """The checks that failed, of the stack as it is and of one with defects that checkov knows."""
    folder = tmp_path_factory.mktemp("checkov")
    broken = copy.deepcopy(translated)
    resources = broken["Resources"]
    del resources["ApiStage"]["Properties"]["AccessLogSetting"]
    del resources["ResultsBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    del resources["Table"]["Properties"]["PointInTimeRecoverySpecification"]
    document = resources["JobsRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    document["Statement"].append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    variables = resources["JobsFunction"]["Properties"]["Environment"]["Variables"]
    variables["AWS_SECRET"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    variables["AWS_KEY"] = "AKIA" + "IOSFODNN7EXAMPLE"
    for name, template in {"stack": translated, "broken": broken}.items():
        (folder / f"{name}.json").write_text(json.dumps(template))
    done = run(
        [
            *(tool("scan", "checkov"), "--framework", "cloudformation", "--directory", str(folder)),
            *("--skip-download", "--quiet", "--output", "json"),
        ]
    )
    failed = json.loads(done.stdout)["results"]["failed_checks"]
    found: dict[str, set[str]] = {"/stack.json": set(), "/broken.json": set()}
    for check in failed:
        found[check["file_path"]].add(check["check_id"])
    return found


def test_checkov_finds_what_we_decided_otherwise_and_no_more(checked: dict[str, set[str]]) -> None:
    assert checked["/stack.json"] == set(NOT_OURS)


def test_checkov_looks(checked: dict[str, set[str]]) -> None:
    planted = {"CKV_AWS_45", "CKV_AWS_53", "CKV_AWS_62", "CKV_AWS_76", "CKV_AWS_28"}

    assert planted <= checked["/broken.json"] - checked["/stack.json"]


def _substituted() -> str:
    return re.sub(
        r"\$\{(\w+)\}",
        lambda match: {"Partition": "aws", "BulkWorkers": "5"}.get(
            match[1], "arn:aws:lambda:eu-west-1:123456789012:function:name"
        ),
        STATE_MACHINE.read_text(),
    )


def _wrapped(definition: str) -> dict[str, Any]:
    role = "arn:aws:iam::123456789012:role/name"
    machine = {"RoleArn": role, "Definition": json.loads(definition)}
    return {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine}}}


def test_cfn_lint_finds_nothing_in_the_state_machine(lint: Any) -> None:
    assert lint(_wrapped(_substituted()), "machine") == []


def test_cfn_lint_looks_into_the_state_machine(lint: Any) -> None:
    assert "E3601" in lint(
        _wrapped(_substituted().replace('"Type": "Choice"', '"Type": "Choise"')), "misspelt"
    )


VALIDATOR = ROOT / ".envs" / "asl" / "node_modules" / ".bin" / "asl-validator"


@pytest.mark.skipif(not VALIDATOR.exists(), reason="no Node on this machine; cfn-lint has read it too")
def test_asl_validator_agrees(tmp_path: Path) -> None:
    good, dangling = tmp_path / "good.json", tmp_path / "dangling.json"
    good.write_text(_substituted())
    dangling.write_text(_substituted().replace('"Next": "AnythingToScore"', '"Next": "Nowhere"'))

    assert run([str(VALIDATOR), "--json-path", str(good)]).returncode == 0
    assert run([str(VALIDATOR), "--json-path", str(dangling)]).returncode != 0
