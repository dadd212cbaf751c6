"""One HTTP exchange as the JSON that Allure 3 shows natively: request, response, stream.

The attachment type is `application/vnd.allure.http+json`, its extension `httpexchange`. The viewer
was read in allure 3.18.0 (the report application inside `@allurereport/plugin-awesome`); it takes:

- top: `schemaVersion`, `start` and `stop` (milliseconds; only their difference is shown),
  `request` (without one it shows nothing at all), `response` (without one: "No response
  captured"), `error` {name, message, stack};
- request: `method`, `url`, `httpVersion`, `headers`, `cookies`, `query`, `trailers` (lists of
  {name, value}), `body`; response: `status`, `statusText` and `informationalResponses` besides;
- body: `contentType` (else that of the headers), `encoding` (utf8 or base64), `value`, `size`,
  `truncated`, and one of `form`, `parts`, `stream`; stream: `type`, `complete`, `chunkCount`.

Two limits follow. The stream block has no place for times, so the events stand in the body's text
with their offsets in the margin. And a body is shown only if its type is text, JSON or XML:
others (a form, `application/octet-stream`) are named `text/plain` here; the header tells the truth.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

ATTACHMENT_TYPE = "application/vnd.allure.http+json"
EXTENSION = "httpexchange"


def http_exchange(
    request: Mapping[str, Any], response: Mapping[str, Any] | None, *, error: str | None = None
) -> str:
    """The attachment's text, pure ASCII; the data must be redacted already.

    request: `method`, `target`, `headers` (pairs), and if known `http_version`, `body`, `trailers`
    (pairs), `start_ms` (Unix time). response: `status`, `headers`, and if known `reason`,
    `http_version`, `body`, `trailers`, `informational` (a list of {status, reason, headers}),
    `duration_ms` (from the request's start), `events` (a list of {offset_ms, text}; their text
    replaces the body's) and `complete` (whether the stream ended as it should). Both: `size` of
    the body in bytes, `truncated`. error: what went wrong in place of, or after, the response.
    """
    start = request.get("start_ms", 0)
    shown = {
        "schemaVersion": 1,
        "start": start,
        "request": _request(request),
        "response": None if response is None else _response(response),
        "error": None if error is None else {"name": "exchange", "message": error},
    }
    if response is not None and "duration_ms" in response:
        shown["stop"] = start + response["duration_ms"]
    return json.dumps(_known(shown), indent=1)


def _request(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"method": request["method"], "url": request["target"], **_message(request)}


def _response(response: Mapping[str, Any]) -> dict[str, Any]:
    interim = [
        {**_status_line(one), "headers": _pairs(one.get("headers", ()))}
        for one in response.get("informational", ())
    ]
    return {**_status_line(response), **_message(response), "informationalResponses": interim}


def _status_line(response: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": response["status"], "statusText": response.get("reason", "")}


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    return _known(
        {
            "httpVersion": message.get("http_version"),
            "headers": _pairs(message["headers"]),
            "body": _body(message),
            "trailers": _pairs(message.get("trailers", ())),
        }
    )


def _body(message: Mapping[str, Any]) -> dict[str, Any] | None:
    text, events = message.get("body") or "", message.get("events")
    if not text and events is None:
        return None
    body = {
        "contentType": _shown_type(message["headers"]),
        "encoding": "utf8",
        "value": text if events is None else _timed(events),
        "size": message.get("size", len(text.encode("utf-8", "surrogatepass")) or None),
        "truncated": message.get("truncated"),
        "stream": None if events is None else _stream(message, events),
    }
    return _known(body)


def _stream(message: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    block = {"type": "event stream", "complete": message.get("complete"), "chunkCount": len(events)}
    return _known(block)


def _timed(events: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_timed_event(event["offset_ms"], event["text"]) for event in events)


def _timed_event(offset_ms: float, text: str) -> str:
    margin = f"{offset_ms:+10.1f} ms  "
    return margin + text.rstrip("\r\n").replace("\n", "\n" + " " * len(margin))


def _shown_type(headers: Sequence[Sequence[str]]) -> str:
    """The declared media type if the viewer shows such a body as text, else text/plain."""
    declared = next((value for name, value in headers if name.lower() == "content-type"), "")
    media = declared.split(";")[0].strip().lower()
    as_text = media.startswith("text/") or media in ("application/json", "application/xml")
    return declared if as_text or media.endswith("+json") else "text/plain"


def _pairs(pairs: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
