"""The stack as it would be deployed keeps every rule, and every rule refuses what it is there to refuse."""

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra import rules
from tests.infra.resolving import resolved
from tests.infra.rules import RULES, Resources, Rule
from tests.infra.test_state_machine import DEFECTS as OF_THE_WORKFLOW

VARIANTS = {
    "as it is": {},
    "API keys": {"Auth": "API_KEY"},
    "production": {
        "Environment": "prod",
        "Name": "aurastream",
        "SnapStart": "true",
        "AlarmEmail": "a@b.example",
    },
    "a small account": {
        "ReserveBulkWorkers": "false",
        "ManageApiGatewayLogging": "false",
        "Engine": "embedded",
    },
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: Rule, variant: str, translated: dict[str, Any]) -> None:
    assert list(rule(resolved(translated, VARIANTS[variant]))) == []


def _properties(resources: Resources, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = resources[name]["Properties"]
    return properties


def _stage(resources: Resources) -> dict[str, Any]:
    return _properties(resources, "ApiStage")


def _body(resources: Resources) -> dict[str, Any]:
    body: dict[str, Any] = _properties(resources, "Api")["Body"]
    return body


def _allow(role: str, action: str, resource: str) -> Callable[[Resources], None]:
    def plant(resources: Resources) -> None:
        document = _properties(resources, role)["Policies"][0]["PolicyDocument"]
        document["Statement"].append({"Effect": "Allow", "Action": [action], "Resource": resource})

    return plant


def _open_route(resources: Resources) -> None:
    _body(resources)["paths"]["/{proxy+}"]["x-amazon-apigateway-any-method"]["security"] = []


def _route_without_security(resources: Resources) -> None:
    del _body(resources)["paths"]["/v1/sentiment"]["post"]["security"]


def _unsigned_scheme(resources: Resources) -> None:
    del _body(resources)["components"]["securitySchemes"]["sigv4"]["x-amazon-apigateway-authtype"]


def _no_throttle(resources: Resources) -> None:
    del _stage(resources)["MethodSettings"]


def _no_access_log(resources: Resources) -> None:
    del _stage(resources)["AccessLogSetting"]


def _log_bodies(resources: Resources) -> None:
    _stage(resources)["AccessLogSetting"]["Format"] += "$input.body"


def _slow_function(resources: Resources) -> None:
    _properties(resources, "JobsFunction")["Timeout"] = 60


def _secret(resources: Resources) -> None:
    variables = _properties(resources, "JobsFunction")["Environment"]["Variables"]
    variables["PARTNER"] = "AKIA" + "IOSFODNN7EXAMPLE"


def _one_role_for_two(resources: Resources) -> None:
    _properties(resources, "JobsFunction")["Role"] = "${SentimentRole.Arn}"


def _no_filter(resources: Resources) -> None:
    del _properties(resources, "UploadsBucket")["NotificationConfiguration"]["LambdaConfigurations"][0][
        "Filter"
    ]


def _short_visibility(resources: Resources) -> None:
    _properties(resources, "RetryQueue")["VisibilityTimeout"] = 30


def _no_partial_failures(resources: Resources) -> None:
    del _properties(resources, "RetryQueueToRetryDocument")["FunctionResponseTypes"]


def _public_bucket(resources: Resources) -> None:
    del _properties(resources, "ResultsBucket")["PublicAccessBlockConfiguration"]


def _half_public_bucket(resources: Resources) -> None:
    _properties(resources, "ResultsBucket")["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False


def _plain_http(resources: Resources) -> None:
    del resources["UploadsBucketPolicy"]


def _versions(resources: Resources) -> None:
    _properties(resources, "UploadsBucket")["VersioningConfiguration"] = {"Status": "Enabled"}


def _no_lifecycle(resources: Resources) -> None:
    del _properties(resources, "UploadsBucket")["LifecycleConfiguration"]


def _partial_lifecycle(resources: Resources) -> None:
    _properties(resources, "UploadsBucket")["LifecycleConfiguration"]["Rules"][0]["Prefix"] = "work/"


def _no_dead_letters(resources: Resources) -> None:
    del _properties(resources, "RetryQueue")["RedrivePolicy"]


def _no_ttl(resources: Resources) -> None:
    del _properties(resources, "Table")["TimeToLiveSpecification"]


def _no_recovery(resources: Resources) -> None:
    del _properties(resources, "Table")["PointInTimeRecoverySpecification"]


def _endless_log(resources: Resources) -> None:
    del _properties(resources, "JobsLog")["RetentionInDays"]


def _log_of_its_own(resources: Resources) -> None:
    del _properties(resources, "JobsFunction")["LoggingConfig"]


def _execution_data(resources: Resources) -> None:
    _properties(resources, "BulkStateMachine")["LoggingConfiguration"]["IncludeExecutionData"] = True


def _lost_events(resources: Resources) -> None:
    del resources["StartJobFailures"]


def _anybodys_bucket(resources: Resources) -> None:
    del _properties(resources, "UploadsInvokeStartJob")["SourceAccount"]


def _text_only(resources: Resources) -> None:
    _properties(resources, "Api").pop("BinaryMediaTypes", None)
    _body(resources).pop("x-amazon-apigateway-binary-media-types", None)


def _throttled_without_a_word(resources: Resources) -> None:
    response = _body(resources)["x-amazon-apigateway-gateway-responses"]["THROTTLED"]
    del response["responseParameters"]["gatewayresponse.header.Retry-After"]


def _gateway_response(resources: Resources, kind: str) -> dict[str, Any]:
    response: dict[str, Any] = _body(resources)["x-amazon-apigateway-gateway-responses"][kind]
    return response


def _plain_refusal(resources: Resources) -> None:
    _gateway_response(resources, "THROTTLED")["responseTemplates"]["application/json"] = (
        '{"message":$context.error.messageString}'
    )


def _other_status(resources: Resources) -> None:
    _gateway_response(resources, "QUOTA_EXCEEDED")["statusCode"] = 403


def _curt_refusal(resources: Resources) -> None:
    del _gateway_response(resources, "INVALID_API_KEY")["responseParameters"][
        "gatewayresponse.header.WWW-Authenticate"
    ]


def _hopeless_refusal(resources: Resources) -> None:
    templates = _gateway_response(resources, "THROTTLED")["responseTemplates"]
    templates["application/json"] = templates["application/json"].replace("true", "false")


def _without(role: str, sid: str) -> Callable[[Resources], None]:
    def plant(resources: Resources) -> None:
        document = _properties(resources, role)["Policies"][0]["PolicyDocument"]
        kept = [statement for statement in document["Statement"] if statement["Sid"] != sid]
        assert len(kept) == len(document["Statement"]) - 1
        document["Statement"] = kept

    return plant


def _without_action(role: str, action: str) -> Callable[[Resources], None]:
    def plant(resources: Resources) -> None:
        found = 0
        for statement in _properties(resources, role)["Policies"][0]["PolicyDocument"]["Statement"]:
            if action in statement["Action"]:
                statement["Action"].remove(action)
                found += 1
        assert found

    return plant


def _untraced_function(resources: Resources) -> None:
    del _properties(resources, "PrepareJobFunction")["TracingConfig"]


def _untraced_stage(resources: Resources) -> None:
    _stage(resources)["TracingEnabled"] = False


def _forbidden_function(resources: Resources) -> None:
    _properties(resources, "ApiInvokesJobs")["FunctionName"] = "${JobsFunctionAliaslive}"


def _drop(name: str) -> Callable[[Resources], None]:
    def plant(resources: Resources) -> None:
        del resources[name]

    return plant


def _version_that_stands_still(resources: Resources) -> None:
    _properties(resources, "ApiInvokesJobs")["FunctionName"] = "${JobsFunctionAliaslive}"
    for path in ("/", "/{proxy+}"):
        integration = _body(resources)["paths"][path]["x-amazon-apigateway-any-method"][
            "x-amazon-apigateway-integration"
        ]
        integration["uri"] = integration["uri"].replace("JobsFunction.Arn", "JobsFunctionAliaslive")


def _silent_alarm(resources: Resources) -> None:
    _properties(resources, "PromisesResting")["AlarmActions"] = []


DEFECTS: dict[str, tuple[Rule, Callable[[Resources], None]]] = {
    "D1 open route": (rules.every_route_asks_who_it_is, _open_route),
    "D1 route that says nothing": (rules.every_route_asks_who_it_is, _route_without_security),
    "D1 scheme that checks nothing": (rules.every_route_asks_who_it_is, _unsigned_scheme),
    "D2 no throttle": (rules.every_stage_is_throttled, _no_throttle),
    "D3 no access log": (rules.every_stage_keeps_an_access_log, _no_access_log),
    "D3 bodies in the access log": (rules.every_stage_keeps_an_access_log, _log_bodies),
    "D4 60 s behind 29 s": (rules.functions_end_before_the_gateway_does, _slow_function),
    "D5 secret in the environment": (rules.no_secret_lies_in_the_environment, _secret),
    "D6 *:*": (rules.roles_allow_nothing_by_wildcard, _allow("JobsRole", "*", "*")),
    "D6 s3:*": (rules.roles_allow_nothing_by_wildcard, _allow("JobsRole", "s3:*", "${Table.Arn}")),
    "D6 any table": (rules.roles_allow_nothing_by_wildcard, _allow("JobsRole", "dynamodb:GetItem", "*")),
    "a shared role": (rules.every_function_has_a_role_of_its_own, _one_role_for_two),
    **{
        f"{role} without {sid}": (rules.roles_let_aws_ask_in_their_name, _without(f"{role}Role", sid))
        for role, sids in {
            "Sentiment": ["Log", "Trace"],
            "Jobs": ["Log", "Trace", "FindWhatToErase"],
            "StartJob": ["Log", "Trace", "RestFailedEvents"],
            "PrepareJob": ["Log", "Trace", "TellMissingFromForbidden"],
            "ProcessChunk": ["Log", "Trace"],
            "FinishJob": ["Log", "Trace", "TellMissingFromForbidden"],
            "RetryDocument": ["Log", "Trace", "TakePromises", "TellMissingFromForbidden"],
            "SettleOverdue": ["Log", "Trace", "FindWhatToErase"],
        }.items()
        for sid in sids
    },
    **{
        f"{role} without {action}": (
            rules.roles_let_aws_ask_in_their_name,
            _without_action(f"{role}Role", action),
        )
        for role, actions in {
            "Jobs": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Sentiment": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "RetryDocument": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "PrepareJob": ["s3:AbortMultipartUpload"],
            "FinishJob": ["s3:AbortMultipartUpload"],
            "SettleOverdue": ["s3:AbortMultipartUpload"],
        }.items()
        for action in actions
    },
    "an untraced function": (rules.every_step_is_traced, _untraced_function),
    "an untraced stage": (rules.every_step_is_traced, _untraced_stage),
    "a route to what the gateway may not invoke": (
        rules.the_gateway_may_invoke_what_it_leads_to,
        _forbidden_function,
    ),
    "a bucket that may not invoke": (
        rules.who_sets_off_a_function_may_invoke_it,
        _drop("UploadsInvokeStartJob"),
    ),
    "a schedule that may not invoke": (
        rules.who_sets_off_a_function_may_invoke_it,
        _drop("ScheduleInvokesSettleOverdue"),
    ),
    "a route to a version that stands still": (
        rules.the_gateway_may_invoke_what_it_leads_to,
        _version_that_stands_still,
    ),
    "D7 worker writes where it is triggered": (
        rules.nothing_writes_where_it_is_triggered,
        _allow("FinishJobRole", "s3:PutObject", "${UploadsBucket.Arn}/uploads/*"),
    ),
    "D7 worker writes anywhere in the bucket": (
        rules.nothing_writes_where_it_is_triggered,
        _allow("PrepareJobRole", "s3:PutObject", "${UploadsBucket.Arn}/*"),
    ),
    "D7 no filter": (rules.nothing_writes_where_it_is_triggered, _no_filter),
    "D8 visible too early": (rules.messages_stay_hidden_six_timeouts_long, _short_visibility),
    "D9 no partial failures": (rules.queues_hear_which_messages_failed, _no_partial_failures),
    "D10 no public access block": (rules.buckets_are_closed, _public_bucket),
    "D10 half a public access block": (rules.buckets_are_closed, _half_public_bucket),
    "plain HTTP": (rules.buckets_are_closed, _plain_http),
    "versions of what was erased": (rules.buckets_are_closed, _versions),
    "D11 no lifecycle": (rules.buckets_forget, _no_lifecycle),
    "D11 lifecycle of a part": (rules.buckets_forget, _partial_lifecycle),
    "D12 no dead-letter queue": (rules.queues_are_closed_and_have_a_place_for_what_fails, _no_dead_letters),
    "D13 no TTL": (rules.tables_forget_what_is_past_its_time, _no_ttl),
    "D14 no recovery": (rules.tables_can_be_restored, _no_recovery),
    "D17 log kept for ever": (rules.logs_are_not_kept_for_ever, _endless_log),
    "D17 log that Lambda makes": (rules.logs_are_not_kept_for_ever, _log_of_its_own),
    "execution data in the log": (rules.workflows_log_no_data, _execution_data),
    "lost upload events": (rules.an_upload_that_failed_to_start_is_kept, _lost_events),
    "anybody's bucket": (rules.only_their_sources_invoke_functions, _anybodys_bucket),
    "spoilt bodies": (rules.bodies_arrive_as_they_were_sent, _text_only),
    "429 without Retry-After": (rules.the_gateway_refuses_as_the_application_does, _throttled_without_a_word),
    "429 in API Gateway's own words": (rules.the_gateway_refuses_as_the_application_does, _plain_refusal),
    "401 that asks for nothing": (rules.the_gateway_refuses_as_the_application_does, _curt_refusal),
    "429 that is a 403": (rules.the_gateway_refuses_as_the_application_does, _other_status),
    "429 that says not to come back": (rules.the_gateway_refuses_as_the_application_does, _hopeless_refusal),
    "an alarm that tells nobody": (rules.what_rests_is_told, _silent_alarm),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_refused(defect: str, translated: dict[str, Any]) -> None:
    rule, plant = DEFECTS[defect]
    resources = resolved(copy.deepcopy(translated))
    plant(resources)

    assert list(rule(resources)) != []


def test_every_rule_has_a_defect_that_it_refuses() -> None:
    assert {rule for rule, _ in DEFECTS.values()} == set(RULES)


def test_each_of_the_17_defects_that_scanners_miss_is_planted() -> None:
    named = {name.split()[0] for name in (*DEFECTS, *OF_THE_WORKFLOW) if re.match(r"D\d+ ", name)}

    assert named == {f"D{number}" for number in range(1, 18)}
