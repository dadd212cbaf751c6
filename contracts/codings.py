"""Undo content codings (RFC 9110 8.4), also of a body that was cut."""

import zlib
from functools import lru_cache


@lru_cache(maxsize=64)
def decode(body: bytes, codings: str) -> bytes | None:
    """Undo content codings (RFC 9110 8.4), as far as a cut body goes; None if they are not true."""
    for coding in reversed([name.strip().lower() for name in codings.split(",") if name.strip()]):
        if not body:
            return body
        try:
            body = _decode_one(body, coding)
        except (ValueError, zlib.error):
            return None
    return body


def _decode_one(body: bytes, coding: str) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _gzip(body)
    if coding == "deflate":
        return zlib.decompressobj(wbits=15).decompress(body)
    if coding == "br":
        return _brotli(body)
    if coding == "zstd":
        return _zstd(body)
    if coding == "identity":
        return body
    raise ValueError(coding)


def _gzip(body: bytes) -> bytes:
    """All members (RFC 1952 2.2); what follows the last one is padding."""
    content = b""
    while True:
        member = zlib.decompressobj(wbits=31)
        content += member.decompress(body)
        body = member.unused_data
        if not body.startswith(b"\x1f\x8b"):
            return content


def _brotli(body: bytes) -> bytes:
    import brotli

    try:
        return bytes(brotli.Decompressor().process(body))
    except brotli.error as error:
        raise ValueError("not brotli") from error


def _zstd(body: bytes) -> bytes:
    import zstandard

    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    except zstandard.ZstdError as error:
        raise ValueError("not zstd") from error
