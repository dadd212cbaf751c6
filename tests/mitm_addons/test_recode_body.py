import zlib
from collections.abc import Callable
from typing import Any

import brotli
import pytest
import zstandard

from mitm_addons.recode_body import Coding, RecodeBody
from tests.mitm_addons.flows import RESPONSE, Pairs, a_flow, response_of, standing_alone, streamed

EVENTS = [b"data: \xc3", b"\xa9\n\n", b"data: [DONE]\n\n"]

DECODERS: dict[Coding, Callable[[], Callable[[bytes], bytes]]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31).decompress,
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
}


@pytest.mark.parametrize("coding", DECODERS)
def test_every_chunk_is_decodable_on_arrival(coding: Coding) -> None:
    flow = a_flow()
    RecodeBody(coding=coding).responseheaders(flow)
    decode = DECODERS[coding]()
    *sent, end = streamed(flow, EVENTS)
    assert [decode(chunk) for chunk in sent] == EVENTS
    assert decode(end) == b""
    expected = (*RESPONSE, (b"Content-Encoding", coding.encode()))
    assert response_of(flow).headers.fields == expected


@pytest.mark.parametrize("coding", DECODERS)
def test_the_whole_is_one_complete_body(coding: Coding) -> None:
    flow = a_flow()
    RecodeBody(coding=coding).responseheaders(flow)
    response_of(flow).raw_content = b"".join(streamed(flow, EVENTS))
    assert response_of(flow).content == b"".join(EVENTS)


def test_a_wrong_label_changes_no_byte() -> None:
    flow = a_flow(response=(*RESPONSE, (b"Content-Length", b"9")))
    RecodeBody(coding="identity", label="gzip").responseheaders(flow)
    assert response_of(flow).stream is True
    assert response_of(flow).headers["content-encoding"] == "gzip"
    assert response_of(flow).headers["content-length"] == "9"


@pytest.mark.parametrize(("version", "chunked"), [(b"HTTP/1.1", "chunked"), (b"HTTP/1.0", None)])
def test_a_length_gives_way(version: bytes, chunked: str | None) -> None:
    flow = a_flow(response=((b"Content-Length", b"9"), *RESPONSE), version=version)
    RecodeBody("br").responseheaders(flow)
    headers = response_of(flow).headers
    assert "content-length" not in headers
    assert headers.get("transfer-encoding") == chunked
    assert headers.fields[: len(RESPONSE)] == RESPONSE


BODILESS: list[tuple[Pairs, dict[str, Any]]] = [
    (((b"content-encoding", b"zstd"),), {}),
    (((b"Content-Length", b"0"),), {}),
    (((b"Content-Length", b"9"),), {"method": b"HEAD"}),
    (RESPONSE, {"status": 204}),
    (RESPONSE, {"status": 304}),
]


@pytest.mark.parametrize(("fields", "how"), BODILESS)
def test_what_is_coded_or_has_no_body_passes(fields: Pairs, how: dict[str, Any]) -> None:
    flow = a_flow(response=fields, **how)
    RecodeBody("gzip").responseheaders(flow)
    assert response_of(flow).headers.fields == fields
    assert response_of(flow).stream is True


def test_it_works_behind_another_body_fault() -> None:
    flow = a_flow()
    response_of(flow).stream = lambda data: [data[:1], data[1:]] if data else b"!"
    RecodeBody("gzip").responseheaders(flow)
    response_of(flow).raw_content = b"".join(streamed(flow, [b"a", b"bc"]))
    assert response_of(flow).content == b"abc!"


def test_an_answer_made_by_another_fault_is_coded() -> None:
    flow = a_flow()
    response_of(flow).raw_content = b"page"
    RecodeBody("zstd").responseheaders(flow)
    assert response_of(flow).raw_content != b"page"
    assert response_of(flow).content == b"page"


def test_the_options_say_what_to_do() -> None:
    addon, flow = RecodeBody(), a_flow()
    with standing_alone(addon, recode_body="identity", recode_body_label="br"):
        addon.responseheaders(flow)
    assert response_of(flow).headers["content-encoding"] == "br"


def test_an_unknown_coding_is_refused() -> None:
    with pytest.raises(ValueError, match="gzip, br, zstd, identity"):
        RecodeBody("deflate")  # type: ignore[arg-type]
