"""Reads a replay page as the page's own script does: base64, zlib, a head of JSON, columns of numbers."""

import base64
import json
import re
import zlib

import numpy as np

TYPES = {"u8": "<u1", "u16": "<u2", "u32": "<u4", "i32": "<i4", "f32": "<f4", "f64": "<f8"}


class Packed:
    """The head as JSON, and its columns."""

    def __init__(self, data: bytes):
        raw = zlib.decompress(data)
        length = int.from_bytes(raw[:4], "little")
        self.head = json.loads(raw[4 : 4 + length])
        begin = 4 + length
        self.numbers = raw[begin + -begin % 8 :]

    def column(self, told):
        values = np.frombuffer(self.numbers, dtype=TYPES[told["as"]], count=told["n"], offset=told["at"])
        return (
            np.cumsum(values.astype(np.float64 if told["as"] == "f64" else np.int64)) if told.get("delta") else values
        )

    def columns(self, told):
        return {name: self.column(one) for name, one in told.items()}


def of_page(text: str) -> Packed:
    found = re.search(r'<script id="drill-data"[^>]*>([^<]*)</script>', text)
    assert found
    return Packed(base64.b64decode(found[1]))
