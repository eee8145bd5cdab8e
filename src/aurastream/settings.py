"""The environment, read once and checked once."""

import hashlib
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)
from pydantic_core import ErrorDetails

from aurastream.domain.keys import Tenant, parse_tenant
from aurastream.domain.language import Language
from aurastream.domain.versions import REFERENCE

PREFIX = "AURASTREAM_"
MEBIBYTE = 1 << 20


class SettingsError(ValueError):
    """The environment does not make sense; the message names each variable and never its value."""


def hash_of(api_key: str) -> str:
    """How a key is kept: its SHA-256, in hexadecimal."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def _pairs(value: object, separator: str, form: str) -> list[tuple[str, str]]:
    """Read a list such as `left:right,…`; what is a mapping already passes through."""
    if isinstance(value, Mapping):
        return list(value.items())
    pairs = []
    for item in filter(None, map(str.strip, str(value).split(","))):
        left, _, right = map(
            str.strip, item.rpartition(separator) if separator == "=" else item.partition(separator)
        )
        if not (left and right):
            raise ValueError(f"must be a list of {form}")
        pairs.append((left, right))
    return pairs


def _api_keys(value: object) -> dict[str, Tenant]:
    if isinstance(value, Mapping):
        return {str(digest): parse_tenant(tenant) for digest, tenant in value.items()}
    keys = {}
    for tenant, key in _pairs(value, ":", "tenant:key"):
        digest = key.removeprefix("sha256:") if key.startswith("sha256:") else hash_of(key)
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError("sha256: takes 64 hexadecimal digits")
        keys[digest] = parse_tenant(tenant)
    return keys


def _tenants(value: object) -> dict[str, Tenant]:
    return {principal: parse_tenant(tenant) for principal, tenant in _pairs(value, "=", "principal=tenant")}


class Settings(BaseModel):
    """
    What an operator may decide, by environment variables that begin with AURASTREAM_.

    The fields' descriptions are the configuration table of the README.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Literal["local", "aws"] = Field(
        "local", description="`local`: files and SQLite; `aws`: the account."
    )
    engine: str = Field(
        "embedded",
        description="`embedded`, `comprehend`, `cascade`; outside a stack also `bedrock`, `onnx`, `lexicon`.",
    )
    default_language: Language = Field(
        Language("en"),
        description="Language of texts too short to tell.",
        pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$",
    )
    sync_max_bytes: PositiveInt = Field(5_000, description="UTF-8 bytes of a text that is answered at once.")
    max_file_bytes: PositiveInt = Field(1024 * MEBIBYTE, description="Bytes of an input file, unpacked.")
    max_rows: PositiveInt = Field(5_000_000, description="Rows of an input file.")
    retention_days: PositiveInt = Field(30, description="Days after which a job and all it left are erased.")
    cascade_threshold: float = Field(
        0.6,
        ge=0,
        le=1,
        description="Confidence from which on the embedded engine's answer stands in a cascade.",
    )
    cascade_policy: str | None = Field(
        None,
        description="A policy of `aurastream tune`, as `name@version`, instead of the threshold.",
        pattern=f"^{REFERENCE}$",
    )
    comprehend_detect_tps: PositiveFloat = Field(
        20, description="DetectSentiment calls a second of the account."
    )
    comprehend_batch_tps: PositiveFloat = Field(
        10, description="BatchDetectSentiment calls a second of the account."
    )
    bedrock_model: str = Field(
        "amazon.nova-micro-v1:0",
        description="The model, or inference profile, that engine `bedrock` asks.",
        min_length=1,
    )
    bedrock_tps: PositiveFloat = Field(20, description="Converse calls a second of the account.")
    onnx_dir: Path | None = Field(
        None,
        description="Your classifier for engine `onnx`, as exported: `model.onnx` and what lies beside it.",
    )
    bulk_workers: PositiveInt = Field(5, description="Chunks that are worked on side by side.")

    data_dir: Path = Field(Path(".aurastream"), description="Local: where everything is kept.")
    api_keys: Annotated[Mapping[str, Tenant], BeforeValidator(_api_keys)] = Field(
        {},
        description="Local: `tenant:key,…`; a key is plain or `sha256:<hex>`. Without: loopback only.",
    )
    max_live_calls: PositiveInt = Field(
        64, description="Local: requests worked on at once before more get 503."
    )
    url: str | None = Field(
        None, description="Command line: a server to talk to instead of working in process."
    )
    api_key: str | None = Field(None, description="Command line: the key for that server.", repr=False)

    table: str | None = Field(None, description="AWS: DynamoDB table.")
    uploads_bucket: str | None = Field(None, description="AWS: bucket of inputs and chunks.")
    results_bucket: str | None = Field(None, description="AWS: bucket of exports and summaries.")
    state_machine_arn: str | None = Field(None, description="AWS: the bulk workflow.")
    retry_queue_url: str | None = Field(None, description="AWS: queue of promised answers.")
    retry_dead_letter_url: str | None = Field(
        None, description="AWS: where promises rest that were tried in vain."
    )
    failed_events_url: str | None = Field(
        None, description="AWS: queue of upload events that nobody could handle."
    )
    event_bus: str = Field("default", description="AWS: EventBridge bus that hears of ended jobs.")
    tenants: Annotated[Mapping[str, Tenant], BeforeValidator(_tenants)] = Field(
        {}, description="AWS: `principal=tenant,…`; a principal is a user ARN, a role ARN or an API key id."
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """
        Read the AURASTREAM_* variables; an empty one counts as absent.

        Raises:
            SettingsError: a name is unknown or a value makes no sense.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environ.items()
            if name.startswith(PREFIX) and value
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            problems = error.errors(include_input=False, include_url=False)
        raise SettingsError("; ".join(map(_told, problems)))

    def required(self, name: str) -> Any:
        """
        A setting that this home cannot do without.

        Raises:
            SettingsError: it is not set; the message names the variable.
        """
        value = getattr(self, name)
        if value is None:
            raise SettingsError(f"{PREFIX}{name.upper()} is not set, and home {self.home} needs it")
        return value


def _told(problem: ErrorDetails) -> str:
    """The variable's name and what is wrong, with the name that was probably meant where it is unknown."""
    name = str(problem["loc"][0])
    if problem["type"] != "extra_forbidden":
        return f"{PREFIX}{name.upper()}: {problem['msg'].removeprefix('Value error, ')}"
    meant = get_close_matches(name, Settings.model_fields, n=1)
    hint = f"; did you mean {PREFIX}{meant[0].upper()}?" if meant else ""
    return f"{PREFIX}{name.upper()}: there is no such setting{hint}"
