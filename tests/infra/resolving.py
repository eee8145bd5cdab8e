"""A translated template as it is deployed with certain parameters: conditions decided, names spelled out."""

import re
from collections.abc import Mapping
from typing import Any

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
}
_NOTHING = object()
_VARIABLE = re.compile(r"\$\{([^}!]+)\}")


def resolved(template: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """
    The template's resources by name, without those whose condition is false.

    What only a deployment knows stays readable: `${Name}` for a reference, `${Name.Attribute}` for the rest.
    """
    return _Resolver(template, parameters or {}).resources()


class _Resolver:
    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        declared = template.get("Parameters", {})
        defaults = {name: str(about["Default"]) for name, about in declared.items() if "Default" in about}
        assert set(parameters) <= set(declared), "a parameter that the template does not have"
        self._values = {**defaults, **PSEUDO, **parameters}
        self._conditions = template.get("Conditions", {})
        self._resources = template["Resources"]

    def resources(self) -> dict[str, Any]:
        return {
            name: self._value(resource)
            for name, resource in self._resources.items()
            if "Condition" not in resource or self._holds({"Condition": resource["Condition"]})
        }

    def _holds(self, condition: Any) -> bool:
        [(kind, operand)] = condition.items()
        match kind:
            case "Condition":
                return self._holds(self._conditions[operand])
            case "Fn::Not":
                return not self._holds(operand[0])
            case "Fn::Equals":
                left, right = map(self._value, operand)
                return bool(left == right)
        raise AssertionError(f"no rule for the condition {kind}")

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self._value, value) if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(kind, operand)] = value.items()
            if kind == "Ref":
                return self._reference(operand)
            if kind == "Fn::GetAtt":
                return "${" + (operand if isinstance(operand, str) else ".".join(operand)) + "}"
            if kind == "Fn::Sub":
                return self._substituted(operand)
            if kind == "Fn::If":
                name, yes, no = operand
                return self._value(yes if self._holds({"Condition": name}) else no)
            if kind == "Fn::Join":
                separator, parts = operand
                return str(separator).join(map(str, self._value(parts)))
            assert not kind.startswith("Fn::"), f"no rule for {kind}"
        pairs = ((name, self._value(item)) for name, item in value.items())
        return {name: item for name, item in pairs if item is not _NOTHING}

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        return self._values.get(name, "${" + name + "}")

    def _substituted(self, operand: Any) -> str:
        text, own = (operand, {}) if isinstance(operand, str) else operand

        def value_of(match: re.Match[str]) -> str:
            name = match[1]
            return str(self._value(own[name]) if name in own else self._reference(name))

        return _VARIABLE.sub(value_of, text)
