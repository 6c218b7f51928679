"""The record: rows in, rows and digest out; nothing of the last bit of a processor in it."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.log import EventLog, significant

KINDS = ("a.began", "b.ended")
names = st.text(alphabet="abz站", max_size=6)
values = st.floats(allow_nan=True, allow_infinity=True, width=32)
rows = st.lists(st.tuples(st.floats(0, 10_000), st.sampled_from(KINDS), names, names, values), max_size=30)


def log_of(entries):
    log = EventLog(KINDS)
    for number, (t_h, kind, subject, other, value) in enumerate(entries):
        log.add(t_h, kind, subject, other, value, number - 1)
    return log


@given(rows)
def test_rows_come_out_as_they_went_in(entries):
    """Times to the millisecond, names and values as given, the cause by its number."""
    log = log_of(entries)
    assert len(log) == len(entries)
    for number, (row, (t_h, kind, subject, other, value)) in enumerate(zip(log, entries, strict=True)):
        assert row.t_h == pytest.approx(t_h, abs=0.5001 / 3_600_000)
        assert round(row.t_h * 3_600_000) == pytest.approx(row.t_h * 3_600_000, abs=1e-4)
        assert (row.kind, row.subject, row.object, row.cause_row) == (kind, subject, other, number - 1)
        assert row.value == value or (np.isnan(row.value) and np.isnan(value))


@given(rows)
def test_a_log_from_its_columns_has_the_same_digest(entries):
    """Fails when reading a log back loses or rounds anything that counts."""
    log = log_of(entries)
    again = EventLog.from_columns(log.columns())
    assert again.digest() == log.digest() == log.columns().digest()


@given(rows.filter(bool), st.data())
def test_the_digest_sees_every_change(entries, data):
    """A change of any field that the record keeps changes the digest."""
    number = data.draw(st.integers(0, len(entries) - 1))
    t_h, kind, subject, other, value = entries[number]
    changed = [
        (t_h + 0.001, kind, subject, other, value),
        (t_h, KINDS[1 - KINDS.index(kind)], subject, other, value),
        (t_h, kind, subject + "x", other, value),
        (t_h, kind, subject, other + "x", value),
        (t_h, kind, subject, other, 7.25 if value != 7.25 else 8.5),
    ]
    for entry in changed:
        assert log_of([*entries[:number], entry, *entries[number + 1 :]]).digest() != log_of(entries).digest()


def test_the_digest_hears_the_cause_and_the_order():
    """Fails when causes or the order of the rows are left out of the digest."""
    one, two, swapped = (EventLog(KINDS) for _ in range(3))
    for log, cause in ((one, -1), (two, 0)):
        log.add(1, "a.began", "x")
        log.add(1, "b.ended", "y", cause_row=cause)
    swapped.add(1, "b.ended", "y")
    swapped.add(1, "a.began", "x")
    assert len({one.digest(), two.digest(), swapped.digest()}) == 3


def test_the_last_bit_does_not_matter():
    """Neighbouring floats of time and value give one digest; the tenth digit is not kept, the ninth is."""
    first, second, other = (EventLog(KINDS) for _ in range(3))
    first.add(1.5, "a.began", "x", "", 0.1 + 0.2)
    second.add(np.nextafter(1.5, 2), "a.began", "x", "", 0.3)
    other.add(1.5, "a.began", "x", "", 0.300000001)
    assert first.digest() == second.digest() != other.digest()


def test_names_are_numbered_as_they_come_but_the_digest_knows_only_words():
    """Fails when the digest hangs on the order in which names were first used."""
    one, two = EventLog(KINDS), EventLog(KINDS)
    two.code("later")
    for log in (one, two):
        log.add(1, "a.began", "first", "later")
    assert one.columns().subject.tolist() != two.columns().subject.tolist()
    assert one.digest() == two.digest()


def test_an_unknown_kind_is_an_error():
    """Fails when a kind outside the closed list is recorded."""
    with pytest.raises(KeyError):
        EventLog(KINDS).add(0, "c.invented", "x")
    with pytest.raises(ValueError, match="not in tuple"):
        log_of([]).columns().of("c.invented")


def test_why_follows_the_causes_to_the_first():
    """The row itself first, the first cause last."""
    log = EventLog(KINDS)
    for cause in (-1, 0, -1, 1):
        log.add(1, "a.began", f"r{len(log)}", cause_row=cause)
    assert [row.subject for row in log.why(3)] == ["r3", "r1", "r0"]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_nine_significant_digits(numbers):
    """Within half of the ninth digit, and again the same when rounded twice; NaN, infinity and zero as they are."""
    rounded = significant(np.array(numbers))
    np.testing.assert_allclose(rounded, numbers, rtol=5.0001e-9)
    np.testing.assert_array_equal(significant(rounded), rounded)


def test_of_gives_rows_in_order():
    """Row numbers of several kinds, in the order of the log."""
    log = log_of([(t, KINDS[t % 2], "x", "", nan) for t in range(6)])
    assert log.columns().of("a.began").tolist() == [0, 2, 4]
    assert log.columns().of("b.ended", "a.began").tolist() == list(range(6))
    assert log.columns().value.tolist() == pytest.approx([nan] * 6, nan_ok=True)
    assert inf not in log.columns().value
