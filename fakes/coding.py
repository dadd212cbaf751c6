"""Content codings that flush after each piece, so that a coded event can be read on arrival."""

import re
import zlib
from collections.abc import Callable

import brotli
import zstandard

Encode = Callable[[bytes], bytes]
KNOWN = ("gzip", "br", "zstd", "deflate")
REFUSED = re.compile(r"q=0(\.0*)?")


def offered(accept_encoding: str) -> str:
    """The first coding that Accept-Encoding names and does not refuse (q=0); empty: none."""
    parts = [part.lower().replace(" ", "").split(";") for part in accept_encoding.split(",")]
    names = [name for name, *weight in parts if not any(map(REFUSED.fullmatch, weight))]
    return next((name for name in names if name in KNOWN), "")


def encoder(coding: str) -> tuple[Encode, Callable[[], bytes]]:
    """A function that codes and flushes one piece, and one that ends the coding."""
    if coding in ("gzip", "deflate"):
        press = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
        return lambda data: press.compress(data) + press.flush(zlib.Z_SYNC_FLUSH), press.flush
    if coding == "br":
        squeeze = brotli.Compressor()
        return lambda data: squeeze.process(data) + squeeze.flush(), squeeze.finish
    if coding == "zstd":
        pack = zstandard.ZstdCompressor().compressobj()
        block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return lambda data: pack.compress(data) + pack.flush(block), pack.flush
    return lambda data: data, lambda: b""
