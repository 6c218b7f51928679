"""XML that people hand in: how much of it is read."""

import tracemalloc

import pytest

from sim.errors import InputError
from sim.language import speaking
from sim.xmlfile import MOST_BYTES, MOST_ELEMENTS, read_xml


def test_too_many_elements_are_refused_before_they_fill_the_memory(tmp_path):
    """The smallest elements there are, as many as the bytes allow: each is an object of ours."""
    file = tmp_path / "many.xml"
    file.write_bytes(b"<a>" + b"<a/>" * (MOST_BYTES // 5) + b"</a>")
    tracemalloc.start()
    try:
        with speaking("en"), pytest.raises(InputError, match=f"must have at most {MOST_ELEMENTS} elements"):
            read_xml(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 250e6
