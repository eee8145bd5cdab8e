"""
What scanners miss: the rules of this stack, each a function from a resolved template to what it finds.

A template is what `resolved` gives: resources by name, references spelled `${Name}` or `${Name.Attribute}`.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Resources = dict[str, Any]
Rule = Callable[[Resources], Iterator[str]]

GATEWAY_SECONDS = 29
API_FUNCTIONS = frozenset({"SentimentFunction", "JobsFunction"})
READS_WHAT_IS_THERE = frozenset({"ProcessChunkFunction"})
"""It reads chunks of a plan, which was written after them: one that is missing is no ordinary answer."""
EVERYTHING = frozenset(
    {
        "comprehend:DetectSentiment",
        "comprehend:BatchDetectSentiment",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
    }
)
"""The actions that know no resource; DESIGN §7 names them."""

PROBLEM = frozenset({"type", "title", "status", "detail", "code", "retryable", "request_id"})
"""What a problem of the application tells, always."""

WRITES_IN_PARTS = frozenset({"PrepareJobFunction", "FinishJobFunction", "SettleOverdueFunction"})
"""The others write a few documents, or a body of at most 4 MB."""

_METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method"}
_FUNCTION = re.compile(r"\$\{(\w+Function)(?:Aliaslive)?(?:\.Arn)?\}")
_SECRET_NAME = re.compile(r"SECRET|PASSWORD|TOKEN|CREDENTIAL|PRIVATE|API_KEY", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN|^[A-Za-z0-9+/]{40}$")


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and properties of the resources of a type."""
    for name, resource in resources.items():
        if resource["Type"] == kind:
            yield name, resource.get("Properties", {})


def functions(resources: Resources) -> dict[str, dict[str, Any]]:
    """Every Lambda function."""
    return dict(of_type(resources, "AWS::Lambda::Function"))


def name_in(reference: object) -> str:
    """The name of a resource in a reference to it or to one of its attributes."""
    match = re.search(r"\$\{(\w+)", str(reference))
    return match[1] if match else ""


def function_in(reference: object) -> str:
    """The function that a reference, alias or invocation path names."""
    match = _FUNCTION.search(str(reference))
    return match[1] if match else ""


def operations(resources: Resources) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Path, method, operation and its API's body."""
    for _, api in of_type(resources, "AWS::ApiGateway::RestApi"):
        for path, methods in api["Body"]["paths"].items():
            for method, operation in methods.items():
                if method in _METHODS:
                    yield path, method, operation, api["Body"]


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a role allows."""
    for policy in role.get("Policies", ()):
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    """One or many, as many."""
    return value if isinstance(value, list) else [value]


def every_route_asks_who_it_is(resources: Resources) -> Iterator[str]:
    """D1: a route without security is open to the world."""
    seen = False
    for path, method, operation, body in operations(resources):
        seen = True
        schemes = body.get("components", {}).get("securitySchemes", {})
        named = [name for choice in operation.get("security", []) for name in choice]
        if not named or any(choice == {} for choice in operation["security"]):
            yield f"{method} {path} is open"
        for name in named:
            if schemes.get(name, {}).get("in") != "header":
                yield f"{method} {path} names {name}, which is no scheme"
            if name == "sigv4" and schemes[name].get("x-amazon-apigateway-authtype") != "awsSigv4":
                yield f"{method} {path} looks signed and is not"
    if not seen:
        yield "there is no route"


def every_stage_is_throttled(resources: Resources) -> Iterator[str]:
    """D2: one caller must not take it all."""
    for name, stage in of_type(resources, "AWS::ApiGateway::Stage"):
        everywhere = [
            settings
            for settings in stage.get("MethodSettings", ())
            if (settings.get("ResourcePath"), settings.get("HttpMethod")) == ("/*", "*")
        ]
        rates = [
            (int(each.get("ThrottlingRateLimit", 0)), int(each.get("ThrottlingBurstLimit", 0)))
            for each in everywhere
        ]
        if not rates or min(min(pair) for pair in rates) <= 0:
            yield f"{name} has no limit"
    keyed = any(
        "api_key" in choice for _, _, op, _ in operations(resources) for choice in op.get("security", [])
    )
    plans = [plan for _, plan in of_type(resources, "AWS::ApiGateway::UsagePlan")]
    if keyed and not any("Throttle" in plan and "Quota" in plan for plan in plans):
        yield "API keys without a usage plan"


def every_stage_keeps_an_access_log(resources: Resources) -> Iterator[str]:
    """D3: who asked what is kept, what they said is not."""
    for name, stage in of_type(resources, "AWS::ApiGateway::Stage"):
        log = stage.get("AccessLogSetting", {})
        if name_in(log.get("DestinationArn")) not in resources:
            yield f"{name} keeps no access log"
        if re.search(r"body|querystring|params|\$input", str(log.get("Format", "")), re.IGNORECASE):
            yield f"{name} logs what callers send"
        if any(settings.get("DataTraceEnabled") for settings in stage.get("MethodSettings", ())):
            yield f"{name} traces bodies"


def functions_end_before_the_gateway_does(resources: Resources) -> Iterator[str]:
    """D4: who is cut off answers nobody."""
    for path, method, operation, _ in operations(resources):
        integration = operation["x-amazon-apigateway-integration"]
        function = functions(resources).get(function_in(integration["uri"]))
        if function is None:
            yield f"{method} {path} leads to no function"
        elif int(function.get("Timeout", 3)) >= GATEWAY_SECONDS:
            yield f"{method} {path} may work longer than API Gateway waits"
        if int(integration.get("timeoutInMillis", 29_000)) > GATEWAY_SECONDS * 1000:
            yield f"{method} {path} waits longer than API Gateway may"


def no_secret_lies_in_the_environment(resources: Resources) -> Iterator[str]:
    """D5: whoever may look at a function reads its environment."""
    for name, function in functions(resources).items():
        for variable, value in function.get("Environment", {}).get("Variables", {}).items():
            if _SECRET_NAME.search(variable) or _SECRET_VALUE.search(str(value)):
                yield f"{name} holds {variable}"


def roles_allow_nothing_by_wildcard(resources: Resources) -> Iterator[str]:
    """D6: no wildcard action, and `*` as a resource only where the action knows no other."""
    for name, role in of_type(resources, "AWS::IAM::Role"):
        for statement in statements(role):
            actions = as_list(statement["Action"])
            if any("*" in action for action in actions):
                yield f"{name} {statement.get('Sid')} allows by wildcard"
            for resource in as_list(statement["Resource"]):
                if resource == "*" and EVERYTHING.issuperset(actions):
                    continue
                if resource.startswith("*") or re.fullmatch(r"arn:[^/]*:\*(/.*)?", resource):
                    yield f"{name} {statement.get('Sid')} is for nearly every resource"
        if "NotAction" in str(role) or "NotResource" in str(role):
            yield f"{name} allows by exclusion"


def every_function_has_a_role_of_its_own(resources: Resources) -> Iterator[str]:
    """A shared role is the sum of what its sharers need; a managed policy is what AWS thinks."""
    taken: dict[str, str] = {}
    for name, function in functions(resources).items():
        role = name_in(function["Role"])
        if role in taken:
            yield f"{name} shares {role} with {taken[role]}"
        taken[role] = name
        if resources.get(role, {}).get("Properties", {}).get("ManagedPolicyArns"):
            yield f"{role} holds a managed policy"


def roles_let_aws_ask_in_their_name(resources: Resources) -> Iterator[str]:
    """What no code of ours asks for, so that no record of its calls would miss it."""
    for name, function in functions(resources).items():
        role = resources[name_in(function["Role"])]["Properties"]
        granted = set(_grants(role))
        log = name_in(function.get("LoggingConfig", {}).get("LogGroup"))
        wanted = {(action, f"${{{log}.Arn}}") for action in ("logs:CreateLogStream", "logs:PutLogEvents")}
        wanted |= {(action, "*") for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords")}
        wanted |= set(_sent_by_lambda(resources, name)) | set(_received_by_lambda(resources, name))
        # Without it S3 says "forbidden" of what is not there, and nobody can tell the two apart.
        wanted |= {
            ("s3:ListBucket", resource.partition("/")[0])
            for action, resource in granted
            if action == "s3:GetObject" and name not in READS_WHAT_IS_THERE
        }
        # A blob of more than one part is given up where its writing fails, which no scenario brings about.
        wanted |= {
            ("s3:AbortMultipartUpload", resource)
            for action, resource in granted
            if action == "s3:PutObject" and name in WRITES_IN_PARTS
        }
        for action, resource in sorted(wanted - granted):
            yield f"{name} may not {action} on {resource}"


def _grants(role: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for statement in statements(role):
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                yield action, resource


def _sent_by_lambda(resources: Resources, function: str) -> Iterator[tuple[str, str]]:
    for _, config in of_type(resources, "AWS::Lambda::EventInvokeConfig"):
        if function_in(config["FunctionName"]) == function:
            yield "sqs:SendMessage", config["DestinationConfig"]["OnFailure"]["Destination"]


def _received_by_lambda(resources: Resources, function: str) -> Iterator[tuple[str, str]]:
    for _, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        if function_in(mapping["FunctionName"]) == function:
            for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"):
                yield action, mapping["EventSourceArn"]


def every_step_is_traced(resources: Resources) -> Iterator[str]:
    """From the gateway on."""
    for name, function in functions(resources).items():
        if function.get("TracingConfig", {}).get("Mode") != "Active":
            yield f"{name} leaves no trace"
    for name, stage in of_type(resources, "AWS::ApiGateway::Stage"):
        if stage.get("TracingEnabled") is not True:
            yield f"{name} leaves no trace"


def the_gateway_may_invoke_what_it_leads_to(resources: Resources) -> Iterator[str]:
    """The very version or alias, and a version only of what starts from a snapshot: versions stand still."""
    may = {
        permission["FunctionName"]
        for _, permission in of_type(resources, "AWS::Lambda::Permission")
        if permission["Principal"] == "apigateway.amazonaws.com"
    }
    for path, method, operation, _ in operations(resources):
        uri = operation["x-amazon-apigateway-integration"]["uri"]
        [target] = re.findall(r"functions/(.+)/invocations", uri)
        if target not in may:
            yield f"{method} {path} leads to what the gateway may not invoke"
        snapshot = functions(resources)[function_in(target)].get("SnapStart", {}).get("ApplyOn", "None")
        if (snapshot == "PublishedVersions") != ("Alias" in target):
            yield f"{method} {path} leads to a version that stands still, or misses its snapshot"


def who_sets_off_a_function_may_invoke_it(resources: Resources) -> Iterator[str]:
    """A bucket's events and a rule's schedule; else both are silent, and nobody hears of it."""
    allowed = {
        (
            permission["Principal"],
            function_in(permission["FunctionName"]) or name_in(permission["FunctionName"]),
        )
        for _, permission in of_type(resources, "AWS::Lambda::Permission")
    }
    for name, bucket in of_type(resources, "AWS::S3::Bucket"):
        for event in bucket.get("NotificationConfiguration", {}).get("LambdaConfigurations", ()):
            if ("s3.amazonaws.com", function_in(event["Function"])) not in allowed:
                yield f"{name} may not invoke what it notifies"
    for name, rule in of_type(resources, "AWS::Events::Rule"):
        for target in rule["Targets"]:
            if ("events.amazonaws.com", function_in(target["Arn"])) not in allowed:
                yield f"{name} may not invoke what it sets off"


def nothing_writes_where_it_is_triggered(resources: Resources) -> Iterator[str]:
    """D7: only the API's functions, which no upload sets off, may write under a prefix that sets off work."""
    for name, bucket in of_type(resources, "AWS::S3::Bucket"):
        for event in bucket.get("NotificationConfiguration", {}).get("LambdaConfigurations", ()):
            rules = event.get("Filter", {}).get("S3Key", {}).get("Rules", ())
            prefix = next((rule["Value"] for rule in rules if rule["Name"].lower() == "prefix"), "")
            if not prefix.endswith("/"):
                yield f"{name} sets off work for keys without a prefix"
            yield from _writers(resources, name, prefix)


def _writers(resources: Resources, bucket: str, prefix: str) -> Iterator[str]:
    for name, function in functions(resources).items():
        if name in API_FUNCTIONS:
            continue
        for statement in statements(resources[name_in(function["Role"])]["Properties"]):
            if "s3:PutObject" not in as_list(statement["Action"]):
                continue
            for resource in as_list(statement["Resource"]):
                of, _, key = str(resource).partition("/")
                written = key.rstrip("*")
                if name_in(of) == bucket and (prefix.startswith(written) or written.startswith(prefix)):
                    yield f"{name} may write where uploads arrive"


def messages_stay_hidden_six_timeouts_long(resources: Resources) -> Iterator[str]:
    """D8: else a message is worked on twice at a time."""
    for name, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        queue = resources[name_in(mapping["EventSourceArn"])]["Properties"]
        function = functions(resources)[function_in(mapping["FunctionName"])]
        if int(queue.get("VisibilityTimeout", 30)) < 6 * int(function.get("Timeout", 3)):
            yield f"{name}: the queue shows a message again too early"


def queues_hear_which_messages_failed(resources: Resources) -> Iterator[str]:
    """D9: else one bad message brings back its whole batch."""
    for name, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", ()):
            yield f"{name} reports no single failures"


def buckets_are_closed(resources: Resources) -> Iterator[str]:
    """D10: no public access, encrypted, TLS only; unversioned, so that what is erased is gone."""
    tls_only = {
        name_in(policy["Bucket"]): policy for _, policy in of_type(resources, "AWS::S3::BucketPolicy")
    }
    for name, bucket in of_type(resources, "AWS::S3::Bucket"):
        block = bucket.get("PublicAccessBlockConfiguration", {})
        sides = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        if not all(block.get(side) is True for side in sides):
            yield f"{name} may become public"
        if "BucketEncryption" not in bucket:
            yield f"{name} is not encrypted by word"
        if bucket.get("VersioningConfiguration"):
            yield f"{name} keeps versions of what was erased"
        if not _denies_plain_http(tls_only.get(name, {}), f"${{{name}.Arn}}/*"):
            yield f"{name} answers without TLS"


def _denies_plain_http(policy: dict[str, Any], resource: str) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and resource in as_list(statement["Resource"])
        for statement in policy.get("PolicyDocument", {}).get("Statement", ())
    )


def buckets_forget(resources: Resources) -> Iterator[str]:
    """D11: everything expires, half uploads too."""
    for name, bucket in of_type(resources, "AWS::S3::Bucket"):
        rules = [
            rule
            for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", ())
            if rule.get("Status") == "Enabled" and not rule.get("Prefix") and not rule.get("TagFilters")
        ]
        if not any("ExpirationInDays" in rule for rule in rules):
            yield f"{name} keeps objects for ever"
        if not any("AbortIncompleteMultipartUpload" in rule for rule in rules):
            yield f"{name} keeps half uploads for ever"


def queues_are_closed_and_have_a_place_for_what_fails(resources: Resources) -> Iterator[str]:
    """D12: a dead-letter queue for each that is worked on; encrypted, TLS only, kept for 14 days."""
    queues = dict(of_type(resources, "AWS::SQS::Queue"))
    resting = {
        name_in(queue.get("RedrivePolicy", {}).get("deadLetterTargetArn")) for queue in queues.values()
    } | {
        name_in(config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        for _, config in of_type(resources, "AWS::Lambda::EventInvokeConfig")
    }
    policies = [policy for _, policy in of_type(resources, "AWS::SQS::QueuePolicy")]
    for name, queue in queues.items():
        if name not in resting and int(queue.get("RedrivePolicy", {}).get("maxReceiveCount", 0)) < 1:
            yield f"{name} has no dead-letter queue"
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted by word"
        if int(queue.get("MessageRetentionPeriod", 345_600)) < 1_209_600:
            yield f"{name} forgets before anybody looks"
        if not any(_denies_plain_http(policy, f"${{{name}.Arn}}") for policy in policies):
            yield f"{name} answers without TLS"


def tables_forget_what_is_past_its_time(resources: Resources) -> Iterator[str]:
    """D13."""
    for name, table in of_type(resources, "AWS::DynamoDB::Table"):
        if table.get("TimeToLiveSpecification", {}).get("Enabled") is not True:
            yield f"{name} has no TTL"


def tables_can_be_restored(resources: Resources) -> Iterator[str]:
    """D14: point-in-time recovery, and encrypted."""
    for name, table in of_type(resources, "AWS::DynamoDB::Table"):
        if table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
            yield f"{name} cannot be restored"
        if table.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{name} is not encrypted by word"


def logs_are_not_kept_for_ever(resources: Resources) -> Iterator[str]:
    """D17: every function, workflow and stage logs to a group of ours, which has a retention."""
    for name, group in of_type(resources, "AWS::Logs::LogGroup"):
        if int(group.get("RetentionInDays", 0)) < 1:
            yield f"{name} keeps logs for ever"
    for name, function in functions(resources).items():
        if name_in(function.get("LoggingConfig", {}).get("LogGroup")) not in resources:
            yield f"{name} logs to a group that Lambda makes, without retention"


def workflows_log_no_data(resources: Resources) -> Iterator[str]:
    """What passes between states is nobody's to read in a log."""
    for name, machine in of_type(resources, "AWS::StepFunctions::StateMachine"):
        logging = machine.get("LoggingConfiguration", {})
        if logging.get("IncludeExecutionData") is not False:
            yield f"{name} logs execution data"
        if not logging.get("Destinations"):
            yield f"{name} logs nothing"


def an_upload_that_failed_to_start_is_kept(resources: Resources) -> Iterator[str]:
    """Whoever is invoked by S3 has a destination for what it could not handle."""
    kept = {
        function_in(config["FunctionName"])
        for _, config in of_type(resources, "AWS::Lambda::EventInvokeConfig")
        if name_in(config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")) in resources
    }
    for name, bucket in of_type(resources, "AWS::S3::Bucket"):
        for event in bucket.get("NotificationConfiguration", {}).get("LambdaConfigurations", ()):
            if function_in(event["Function"]) not in kept:
                yield f"{name}: an event that fails is lost"


def only_their_sources_invoke_functions(resources: Resources) -> Iterator[str]:
    """Else another account's bucket or API may."""
    for name, permission in of_type(resources, "AWS::Lambda::Permission"):
        if "SourceArn" not in permission or permission["SourceArn"].endswith(":*"):
            yield f"{name} lets anybody's source invoke"
        if permission["Principal"] == "s3.amazonaws.com" and "SourceAccount" not in permission:
            yield f"{name} lets a bucket of that name in another account invoke"


def bodies_arrive_as_they_were_sent(resources: Resources) -> Iterator[str]:
    """Else API Gateway reads them as UTF-8 and spoils gzip, UTF-16 and cp1252."""
    for name, api in of_type(resources, "AWS::ApiGateway::RestApi"):
        body = api["Body"]
        types = api.get("BinaryMediaTypes") or body.get("x-amazon-apigateway-binary-media-types", ())
        if "*/*" not in types:
            yield f"{name} spoils bodies that are not UTF-8"


def the_gateway_refuses_as_the_application_does(resources: Resources) -> Iterator[str]:
    """problem+json with a code; Retry-After wherever waiting helps."""
    wanted = {
        "MISSING_AUTHENTICATION_TOKEN",
        "UNAUTHORIZED",
        "ACCESS_DENIED",
        "INVALID_API_KEY",
        "INVALID_SIGNATURE",
        "EXPIRED_TOKEN",
        "THROTTLED",
        "QUOTA_EXCEEDED",
        "REQUEST_TOO_LARGE",
        "INTEGRATION_FAILURE",
        "INTEGRATION_TIMEOUT",
        "API_CONFIGURATION_ERROR",
        "BAD_REQUEST_BODY",
        "BAD_REQUEST_PARAMETERS",
        "UNSUPPORTED_MEDIA_TYPE",
        "RESOURCE_NOT_FOUND",
        "DEFAULT_4XX",
        "DEFAULT_5XX",
    }
    for name, api in of_type(resources, "AWS::ApiGateway::RestApi"):
        given = api["Body"].get("x-amazon-apigateway-gateway-responses", {})
        for kind in sorted(wanted - set(given)):
            yield f"{name} has no words for {kind}"
        for kind, response in given.items():
            headers = response.get("responseParameters", {})
            problem = _problem_in(response)
            if PROBLEM - set(problem):
                yield f"{name} {kind} tells less than a problem of ours"
            if problem.get("status") != response.get("statusCode"):
                yield f"{name} {kind} tells another status than it has"
            if problem.get("retryable") != ("gatewayresponse.header.Retry-After" in headers):
                yield f"{name} {kind} does not say whether waiting helps"
            if headers.get("gatewayresponse.header.Content-Type") != "'application/problem+json'":
                yield f"{name} {kind} is no problem+json"
            if response.get("statusCode") == 401 and not headers.get(
                "gatewayresponse.header.WWW-Authenticate"
            ):
                yield f"{name} {kind} does not say how to prove who one is"
            if (
                response.get("statusCode") in (429, 503)
                and "gatewayresponse.header.Retry-After" not in headers
            ):
                yield f"{name} {kind} does not say when to come back"


def _problem_in(response: dict[str, Any]) -> dict[str, Any]:
    """The body of a gateway's answer, as it reads when its one variable is filled in."""
    template = response.get("responseTemplates", {}).get("application/json", "{}")
    try:
        problem: dict[str, Any] = json.loads(template.replace("$context.requestId", "an id"))
    except ValueError:
        return {}
    return problem if "$" not in template.replace("$context.requestId", "") else {}


def what_rests_is_told(resources: Resources) -> Iterator[str]:
    """An alarm on every resting place, and every alarm goes somewhere."""
    alarms = list(of_type(resources, "AWS::CloudWatch::Alarm"))
    for name, alarm in alarms:
        if not alarm.get("AlarmActions"):
            yield f"{name} tells nobody"
    watched = {
        name_in(dimension["Value"]) for _, alarm in alarms for dimension in alarm.get("Dimensions", ())
    }
    for name in ("RetryDeadLetterQueue", "FailedEventsQueue", "RetryQueue"):
        if name not in watched:
            yield f"nobody hears of {name}"


RULES: tuple[Rule, ...] = (
    every_route_asks_who_it_is,
    every_stage_is_throttled,
    every_stage_keeps_an_access_log,
    functions_end_before_the_gateway_does,
    no_secret_lies_in_the_environment,
    roles_allow_nothing_by_wildcard,
    every_function_has_a_role_of_its_own,
    roles_let_aws_ask_in_their_name,
    every_step_is_traced,
    the_gateway_may_invoke_what_it_leads_to,
    who_sets_off_a_function_may_invoke_it,
    nothing_writes_where_it_is_triggered,
    messages_stay_hidden_six_timeouts_long,
    queues_hear_which_messages_failed,
    buckets_are_closed,
    buckets_forget,
    queues_are_closed_and_have_a_place_for_what_fails,
    tables_forget_what_is_past_its_time,
    tables_can_be_restored,
    logs_are_not_kept_for_ever,
    workflows_log_no_data,
    an_upload_that_failed_to_start_is_kept,
    only_their_sources_invoke_functions,
    bodies_arrive_as_they_were_sent,
    the_gateway_refuses_as_the_application_does,
    what_rests_is_told,
)
