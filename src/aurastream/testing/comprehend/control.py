"""The stand-in's own routes: what it has seen, and how it is to behave from now on."""

import json
from dataclasses import asdict

from aurastream.testing.comprehend.billing import Bill
from aurastream.testing.comprehend.service import Service
from aurastream.testing.comprehend.wire import JSON, Answer, Request

PREFIX = "/_"


def control(request: Request, service: Service) -> Answer:
    """Answer a request to one of the routes of the stand-in's own."""
    status, body = _answer(request, service)
    return Answer(
        status=status, body=json.dumps(body).encode(), request_id=service.request_id(), content_type=JSON
    )


def _answer(request: Request, service: Service) -> tuple[int, object]:
    match request.method, request.path:
        case "GET", "/_calls":
            return 200, {"calls": [asdict(call) for call in service.ledger.calls]}
        case "GET", "/_ledger":
            return 200, _bill(service.ledger.bill)
        case "DELETE", "/_ledger":
            service.ledger.clear()
            return 200, _bill(service.ledger.bill)
        case "GET", "/_control":
            return 200, service.settings.as_json()
        case "POST", "/_control":
            return _change(request.body, service)
    return 404, {"message": "GET /_calls, GET or DELETE /_ledger, GET or POST /_control"}


def _change(body: bytes, service: Service) -> tuple[int, object]:
    try:
        changes = json.loads(body)
        if not isinstance(changes, dict):
            return 400, {"message": "send the settings to change as a JSON object"}
        return 200, service.change(changes).as_json()
    except (ValueError, RecursionError) as error:
        return 400, {"message": str(error)}


def _bill(bill: Bill) -> dict[str, object]:
    return {
        "documents": bill.documents,
        "units": bill.units,
        "texts": bill.texts,
        "texts_billed_again": bill.texts_billed_again,
        "operations": {operation: asdict(line) for operation, line in bill.operations.items()},
        "times_billed": bill.times_billed,
    }
