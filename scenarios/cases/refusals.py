"""Requests that a bridge must refuse by itself: bad credentials and malformed bodies."""

import json
from typing import Any

from harness.case import Pairs
from scenarios.asking import MESSAGES, body, case, headers, refused

CREDENTIALS: dict[str, Pairs] = {
    "missing": (),
    "empty": (("Authorization", ""),),
    "empty_bearer": (("Authorization", "Bearer "),),
    "basic": (("Authorization", "Basic $key"),),
    "unknown": (("Authorization", "Bearer sk-nobody-knows-this"),),
    "no_scheme": (("Authorization", "$key"),),
}


def _message(**members: Any) -> str:
    return body(messages=[{"role": "user"} | members])


BODIES = {
    "not_json": "{",
    "empty": "",
    "array": "[]",
    "no_messages": json.dumps({"model": "$model", "stream": True}),
    "null_messages": body(messages=None),
    "empty_messages": body(messages=[]),
    "messages_not_a_list": body(messages="hello"),
    "message_not_an_object": body(messages=["hello"]),
    "no_content": _message(),
    "null_content": _message(content=None),
    "content_a_number": _message(content=7),
    "no_role": body(messages=[{"content": "hello"}]),
    "no_model": json.dumps({"messages": MESSAGES, "stream": True}),
    "unknown_model": body(model="no-such-model"),
    "model_a_number": body(model=7),
    "stream_a_string": json.dumps({"model": "$model", "messages": MESSAGES, "stream": "yes"}),
}

CASES = (
    case(
        "bad_credentials",
        "arena",
        *(
            refused(
                "arena",
                body(),
                headers(without=["Authorization"], extra=pairs),
                intent="bad_credential",
            )
            for pairs in CREDENTIALS.values()
        ),
        probes=("secrets.unauthenticated_refused",),
    ),
    *(
        case(
            f"bad_request_{name}",
            "arena",
            refused("arena", text, intent="bad_request"),
            probes=("end.bad_request_refused",),
        )
        for name, text in BODIES.items()
    ),
    case(
        "bad_request_oversize",
        "arena",
        refused("arena", "$oversize:1048577", intent="bad_request"),
        probes=("end.bad_request_refused",),
    ),
)
