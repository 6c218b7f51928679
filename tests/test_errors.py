"""Problems are told on one line each, whatever a file holds."""

from __future__ import annotations

import errno
import os

import pytest
from chinese import is_chinese
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError, Problem, Refusal, did_you_mean, got, input_error, must_be, one_line, shown
from sim.language import speaking
from sim.reasons import of_system


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("a.yaml", 41, "sites.x", "must be > 0 (got -3)"), "a.yaml:41: sites.x must be > 0 (got -3)"),
        (Problem("a.yaml", None, "", "is empty"), "a.yaml: is empty"),
        (Problem("a.yaml", 3, "", "is not valid YAML"), "a.yaml:3: is not valid YAML"),
        (Problem("", None, "policy", "is missing"), "policy is missing"),
        (Problem("", 7, "policy", "is missing"), "line 7: policy is missing"),
    ],
)
def test_a_problem_shows_the_parts_that_exist(problem, line):
    assert str(problem) == line


@given(st.text(), st.text(), st.text())
def test_a_problem_is_one_printable_line(file, path, message):
    told = str(Problem(file, 1, path, message))
    assert len(told.splitlines()) == 1
    told.encode("utf-8")  # no half characters: it can be printed anywhere


def test_terminal_escapes_and_reversed_text_are_written_out():
    assert str(Problem("a\nb", None, "", "x\x1b[2Jy\u202ez")) == r"a\nb: x\x1b[2Jy\u202ez"


def test_chinese_stays_readable():
    assert str(Problem("暴雪.yaml", 2, "站点", "缺")) == "暴雪.yaml:2: 站点 缺"


def test_long_parts_keep_both_ends():
    told = str(Problem("a.yaml", 1, "k" * 5000, "must be text"))
    assert len(told) < 300
    assert "…" in told
    assert told.endswith("k must be text")
    assert one_line("a" * 200) == "a" * 200


def test_an_input_error_tells_every_problem_in_order():
    problems = [Problem("a", 1, "x", "is missing"), Problem("a", 2, "y", "is\nmissing")]
    error = InputError(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == ["a:1: x is missing", r"a:2: y is\nmissing"]


def test_input_error_makes_one_problem():
    assert input_error("is empty", file="a", line=1, path="b").problems == (Problem("a", 1, "b", "is empty"),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "'x'"),
        (-3, "-3"),
        (1.5, "1.5"),
        (None, "nothing"),
        (True, "true"),
        ([1, 2], "a list of 2"),
        ({}, "a table"),
        pytest.param(10**5000, "a very long number", id="10**5000"),
    ],
)
def test_a_value_as_a_message_shows_it(value, text):
    assert shown(value) == text
    assert len(shown("y" * 999)) < 100


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.ENAMETOOLONG])
def test_what_the_system_says_is_told_in_both_languages(number):
    error = OSError(number, os.strerror(number))
    assert of_system(error) == os.strerror(number).lower()
    with speaking("zh"):
        assert is_chinese(f": {of_system(error)}")


def test_a_refusal_keeps_what_was_found_apart():
    error = must_be("a number", shown("x"))
    assert (str(error), error.wanted, error.found) == ("must be a number (got 'x')", "a number", "'x'")
    with speaking("zh"):
        assert str(Refusal("应为数字", "'x'")) == "应为数字（实际为 'x'）"
        assert (got("'x'", "y"), did_you_mean(None)) == ("（实际为 'x'；是否想写 'y'？）", "")
        assert (shown(None), shown([1, 2]), shown({})) == ("空", "2 项的列表", "键值表")
