"""Encode the response body, or only say so, as a hop with compression on does.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/recode_body.py --set recode_body=gzip

The encoder is flushed after every chunk, so that the fault is the coding and not the timing.
Accept-Encoding is not asked. Seen: clients fail with ZlibError or ERR_CONTENT_DECODING_FAILED when
the label outlives the coding (open-webui/open-webui#23928, freelensapp/freelens-ai-extension#272).
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Literal

import brotli
import zstandard
from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import Field, Fields, raw, require, rewrite_fields
from mitm_addons.streaming import Step, keep_streaming, rewrite_body

Coding = Literal["gzip", "br", "zstd", "identity"]

FAULTS: dict[str, dict[str, object]] = {
    "recode_body": {"coding": "gzip"},
    "recode_gzip": {"coding": "gzip"},
    "recode_br": {"coding": "br"},
    "recode_zstd": {"coding": "zstd"},
    "wrong_content_encoding": {"coding": "identity", "label": "gzip"},
}
AT_RISK: tuple[str, ...] = (
    "headers.content_encoding_true",
    "end.content_type_true",
)
NO_BODY = (204, 205, 304)


def _gzip() -> Step:
    encoder = zlib.compressobj(wbits=31)
    return lambda data: (
        encoder.compress(data) + encoder.flush(zlib.Z_SYNC_FLUSH if data else zlib.Z_FINISH)
    )


def _br() -> Step:
    encoder = brotli.Compressor(quality=5)
    return lambda data: encoder.process(data) + encoder.flush() if data else encoder.finish()


def _zstd() -> Step:
    encoder = zstandard.ZstdCompressor().compressobj()
    block, end = zstandard.COMPRESSOBJ_FLUSH_BLOCK, zstandard.COMPRESSOBJ_FLUSH_FINISH
    return lambda data: encoder.compress(data) + encoder.flush(block if data else end)


ENCODERS: Mapping[str, Callable[[], Step]] = {
    "gzip": _gzip,
    "br": _br,
    "zstd": _zstd,
    "identity": lambda: lambda data: data,
}


class RecodeBody:
    """coding: gzip, br, zstd or identity; without it the options say what to do.

    label: what Content-Encoding says; without it the coding. A coded response passes unchanged.
    """

    def __init__(self, coding: Coding | None = None, label: str | None = None) -> None:
        require("coding", coding or "gzip", ENCODERS)
        self.alone = coding is None
        self.coding: Coding = coding or "gzip"
        self.label = label

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("recode_body", str, "gzip", "Coding of the body.", tuple(ENCODERS))
        loader.add_option("recode_body_label", str, "", "Content-Encoding; empty: the true one.")

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.coding = ctx.options.recode_body
            self.label = ctx.options.recode_body_label or None

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if not _has_plain_body(flow.request, response):
            return
        labelled: Field = (b"Content-Encoding", raw(self.label or self.coding))
        rewrite_fields(response, lambda fields: (*_without(b"content-encoding", fields), labelled))
        if self.coding != "identity":
            _forget_length(flow.request, response)
            rewrite_body(flow, ENCODERS[self.coding]())


def _has_plain_body(request: http.Request, response: http.Response) -> bool:
    headers = response.headers
    return not (
        request.method.upper() == "HEAD"
        or response.status_code < 200
        or response.status_code in NO_BODY
        or headers.get("content-length") == "0"
        or headers.get("content-encoding", "identity").lower() != "identity"
    )


def _without(name: bytes, fields: Fields) -> tuple[Field, ...]:
    return tuple(field for field in fields if field[0].lower() != name)


def _forget_length(request: http.Request, response: http.Response) -> None:
    """Frame by chunks what was framed by its length, or by the end where HTTP/1.0 has no chunks."""
    if "content-length" in response.headers:
        rewrite_fields(response, lambda fields: _without(b"content-length", fields))
        if request.http_version == response.http_version == "HTTP/1.1":
            response.headers["Transfer-Encoding"] = "chunked"


addons = [RecodeBody()]
