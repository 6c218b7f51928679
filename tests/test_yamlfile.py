"""Files people write: read with line numbers, refused with one clear line a problem."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from chinese import refused
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from sim import yamlfile
from sim.checking import validate
from sim.errors import InputError
from sim.units import Hours, Kwh, MomentField, SpreadHours
from sim.yamlfile import Document, dotted, read_yaml


@pytest.fixture(params=["c", "pure"])
def file(request, tmp_path, monkeypatch):
    """Writes a file to be read, once with the C parser and once with the pure one."""
    if request.param == "pure":
        monkeypatch.setattr(yamlfile, "_Loader", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")

    def write(content: str | bytes) -> Path:
        path = tmp_path / "drill.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


NAMES = "depots hazards snowstorm flood names pair takes count title share either odd auto"
"""Keys and values of the models below."""


def problems(call: Any, *args: Any) -> list[str]:
    """What was refused, one line a problem, without the folder."""
    found = refused(lambda: call(*args), named=NAMES, own="must not be seven")
    assert len(str(InputError(found)).splitlines()) == len(found)
    return [f"{Path(p.file).name}{str(p).removeprefix(p.file)}" for p in found]


# Scalars


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30", "12:30"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("+5", 5),
        ("0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("0123", "0123"),
        ("-007", "-007"),
        ("1_000", "1_000"),
        ("2023-11-05", "2023-11-05"),
        ("2023-11-05T22:00", "2023-11-05T22:00"),
        ("+24 h", "+24 h"),
        ("20/45 min", "20/45 min"),
        ("95 %", "95 %"),
        ("1.2.3", "1.2.3"),
        ('"5"', "5"),
        ("'null'", "null"),
        ("!!str 5", "5"),
        ("=", "="),
    ],
)
def test_scalars_follow_yaml_1_2(file, text, value):
    read = read_yaml(file(f"key: {text}\n")).data["key"]
    assert read == value
    assert type(read) is type(value)


characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff")
finite = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
plain_data = st.recursive(
    st.none() | st.booleans() | finite | st.text(characters),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc-_站", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text("xyz", min_size=1), plain_data, min_size=1, max_size=4))
def test_what_json_writes_is_read_back(tmp_path_factory, data):
    import json

    path = tmp_path_factory.mktemp("json") / "a.yaml"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert read_yaml(path).data == data


def test_a_file_may_begin_with_a_byte_order_mark(file):
    assert read_yaml(file(b"\xef\xbb\xbfname: \xe9\x80\x9a")).data == {"name": "通"}


# Files that are none


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "drill.yaml: is empty"),
        ("# nothing yet\n\n", "drill.yaml: is empty"),
        ("---\n", "drill.yaml: is empty"),
        (b"PK\x03\x04\n\0\0", "drill.yaml: is not a text file (NUL byte at position 5)"),
        ("a: 1".encode("utf-16"), "drill.yaml: is in UTF-16; save it as UTF-8"),
        (
            "a: 1\nb: 通辽".encode("gb18030"),
            "drill.yaml:2: is not in UTF-8, perhaps in GB18030 (GBK); save it as UTF-8",
        ),
        (b"a: 1\n\nb: \xff", "drill.yaml:3: is not in UTF-8; save it as UTF-8"),
        ("a: 1\nb: \x07", "drill.yaml:2: holds the control character U+0007"),
        ("a: 1\n---\nb: 1", "drill.yaml:2: must hold one document only; a second one begins here"),
    ],
)
def test_a_file_that_is_no_text_is_refused(file, content, problem):
    assert problems(read_yaml, file(content)) == [problem]


def test_what_is_not_there_is_refused(tmp_path):
    assert problems(read_yaml, tmp_path / "no.yaml") == ["no.yaml: does not exist"]
    assert problems(read_yaml, tmp_path) == [f"{tmp_path.name}: is a directory, not a file"]
    (tmp_path / "a").write_text("a: 1")
    assert problems(read_yaml, tmp_path / "a" / "b.yaml") == ["b.yaml: cannot be read: not a directory"]
    assert "cannot be read: file name too long" in problems(read_yaml, tmp_path / ("n" * 300))[0]
    with pytest.raises(InputError, match="is no file name"):
        read_yaml(tmp_path / "a\0b")


def test_a_pipe_or_device_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert problems(read_yaml, tmp_path / "pipe.yaml") == ["pipe.yaml: is not a regular file"]
    assert problems(read_yaml, Path("/dev/zero")) == ["zero: is not a regular file"]


def test_a_file_we_may_not_read_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text("a: 1")

    def deny(self, *args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert problems(read_yaml, tmp_path / "a.yaml") == ["a.yaml: cannot be read: permission denied"]


def test_a_huge_file_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    with (tmp_path / "big.yaml").open("wb") as stream:
        stream.truncate(200_000_000)
    monkeypatch.setattr(Path, "open", lambda *args: pytest.fail("was opened"))
    assert problems(read_yaml, tmp_path / "big.yaml") == ["big.yaml: is larger than the limit of 32 MB"]


def test_the_limit_counts_bytes(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: 123")
    assert read_yaml(path, max_bytes=6).data == {"a": 123}
    assert problems(lambda: read_yaml(path, max_bytes=5)) == ["a.yaml: is larger than the limit of 5e-06 MB"]


# YAML that is refused


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "drill.yaml:3: a is a duplicate key, first on line 1"),
        ("x:\n  - {d: 1,\n     d: 2}\n", "drill.yaml:3: x[0].d is a duplicate key, first on line 2"),
        (
            "a: &a {x: 1}\nb:\n  <<: *a\n",
            "drill.yaml:3: b merge keys (<<) are not supported; write the keys out",
        ),
        ("sites:\n  15001: x\n", 'drill.yaml:2: sites keys must be text; put quotes around it: "15001"'),
        ("null: x\n", 'drill.yaml:1: keys must be text; put quotes around it: "null"'),
        ("? [a]\n: x\n", "drill.yaml:1: keys must be text (got a list of 1)"),
        ("a: !drill {}\n", "drill.yaml:1: a must have no tag (got '!drill')"),
        (
            "a: !!timestamp 2023-11-05\n",
            "drill.yaml:1: a must have no tag (got 'tag:yaml.org,2002:timestamp')",
        ),
        ("a: .nan\n", "drill.yaml:1: a must be finite (got .nan)"),
        ("a: -.INF\n", "drill.yaml:1: a must be finite (got -.INF)"),
        ("a: 1e999\n", "drill.yaml:1: a must be finite (got 1e999)"),
        ("a: *b\n", "drill.yaml:1: a alias *b has no anchor before it"),
        ("a: &a [1, *a]\n", "drill.yaml:1: a[1] alias *a refers to itself"),
        (f"a: 1\nb: {'9' * 5000}\n", "drill.yaml:2: b number of 5000 characters is too long"),
    ],
    ids=lambda value: value[:30],
)
def test_what_could_surprise_is_refused(file, content, problem):
    assert problems(read_yaml, file(content)) == [problem]


def test_python_objects_are_never_made(file, tmp_path):
    target = tmp_path / "made"
    content = f"a: !!python/object/apply:os.mkdir [{target}]\n"
    assert "must have no tag" in problems(read_yaml, file(content))[0]
    assert not target.exists()


def test_all_such_problems_are_told_in_one_pass(file):
    told = problems(read_yaml, file("a: 1\na: 2\nb: !x 1\n3: 4\n"))
    assert [line.split(":")[1] for line in told] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("a: [1,\n  2\nb: 3\n", 3, "while parsing a flow sequence"),
        ("a: 1\nb: c: d\n", 2, "mapping values are not allowed"),
        ("a:\n\t- 1\n", 2, "cannot start any token"),
        ("a: 1\nb: 'open\n", 3, "while scanning a quoted scalar begun on line 2"),
        ("a: 1\n b: 2\n", 2, "mapping values are not allowed"),
    ],
)
def test_broken_yaml_is_told_with_its_line(file, content, line, reason):
    (told,) = problems(read_yaml, file(content))
    assert told.startswith(f"drill.yaml:{line}: is not valid YAML: ")
    assert reason in told


# Bombs


def test_an_alias_bomb_is_refused_fast(file):
    levels = ["a0: &a0 [" + ", ".join("x" * 9) + "]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    path = file("\n".join(levels))
    begun = time.perf_counter()
    (told,) = problems(read_yaml, path)
    assert "aliases repeat more than 100000 values" in told
    assert time.perf_counter() - begun < 3


def test_a_long_text_repeated_by_aliases_is_copied_by_reference(file):
    data = read_yaml(file(f"a: &a {'x' * 10000}\nb: [{', '.join(['*a'] * 1000)}]\n")).data
    assert all(item is data["a"] for item in data["b"])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_fast(file, opening):
    begun = time.perf_counter()
    with pytest.raises(InputError, match="is nested deeper than 64 levels"):
        read_yaml(file(opening * 20_000))
    assert time.perf_counter() - begun < 3


def test_64_levels_are_allowed_and_aliases_may_not_go_round_the_limit(file):
    assert read_yaml(file("[" * 64 + "]" * 64)).data
    assert "is nested deeper than 64 levels" in problems(read_yaml, file("[" * 65 + "]" * 65))[0]
    steps = "\n".join(f"- &a{n} {'[' * 40} *a{n - 1} {']' * 40}" for n in range(1, 3))
    assert "is nested deeper than 64 levels" in problems(read_yaml, file(f"- &a0 x\n{steps}\n"))[0]


def test_too_many_values_are_refused(file, monkeypatch):
    monkeypatch.setattr(yamlfile, "MAX_NODES", 10)
    assert "beyond the limit of 10 values" in problems(read_yaml, file(f"[{', '.join('x' * 20)}]"))[0]


def test_aliases_are_copies(file):
    data = read_yaml(file("a: &a {x: [1]}\nb: *a\n")).data
    data["b"]["x"].append(2)
    assert data == {"a": {"x": [1]}, "b": {"x": [1, 2]}}


def test_a_scenario_of_25000_lines_is_read_in_a_moment(tmp_path):
    site = "  s{0}:\n    name: 站 {0}\n    at: [1.{0}, 4]\n    battery: {{kwh: 12}}\n    class: A\n"
    path = tmp_path / "big.yaml"
    path.write_text("sites:\n" + "".join(site.format(n) for n in range(5000)), encoding="utf-8")
    begun = time.perf_counter()
    document = read_yaml(path)
    assert time.perf_counter() - begun < 5  # about 0.4 s where nothing else runs
    assert document.line(("sites", "s4999", "class")) == 25_001


# Lines


def test_lines(file):
    document = read_yaml(
        file("# a drill\na:\n  b: 1\n  c:\n    - x\n    - {d: 2,\n       e: 3}\nf: &f\n  g: 1\nh: *f\n")
    )
    lines = {
        (): 2,
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "c", 0): 5,
        ("a", "c", 1, "e"): 7,
        ("h",): 10,
        ("h", "g"): 9,
    }
    assert {loc: document.line(loc) for loc in lines} == lines


def test_the_line_of_a_missing_place_is_that_of_its_parent(file):
    document = read_yaml(file("a:\n  b:\n    c: 1\nl: [1]\n"))
    assert document.line(("a", "b", "missing")) == 2
    assert document.line(("missing",)) == 1
    assert document.line(("l", 7)) == 4
    assert document.line(("l", -1)) == 4
    assert document.line(("a", "b", "c", "below")) == 3


def test_tags_of_unions_are_skipped(file):
    document = read_yaml(file("events:\n  - kind: inject\n    text: x\n"))
    assert document.line(("events", 0, "inject", "text")) == 3
    assert document.line(("tag", "events", 0)) == 2


@given(st.dictionaries(st.text("abc", min_size=1), st.lists(st.integers(), min_size=1), min_size=1))
def test_every_line_is_the_one_it_stands_on(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("lines") / "a.yaml"
    rows: list[tuple[Any, str]] = []
    for key, values in data.items():
        rows.append(((key,), f"{key}:"))
        rows += [((key, n), f"  - {value}") for n, value in enumerate(values)]
    path.write_text("\n".join(row for _, row in rows))
    document = read_yaml(path)
    assert document.data == data
    assert [document.line(loc) for loc, _ in rows] == list(range(1, len(rows) + 1))


def test_places_are_written_as_people_write_them():
    assert dotted(("resources", "depots", "horqin", "crews")) == "resources.depots.horqin.crews"
    assert dotted(("injects", 3, "at")) == "injects[3].at"
    assert dotted((0, "a")) == "[0].a"
    assert dotted(()) == ""


# Checking against a model


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Battery(Strict):
    capacity_kwh: Annotated[Kwh, Field(gt=0)]
    age_h: Hours = 0.0
    site_class: Annotated[Literal["A", "B"], Field(alias="class")] = "A"


class Snowstorm(Strict):
    kind: Literal["snowstorm"]
    depth_cm: float
    snowstorm: int = 0


class Flood(Strict):
    kind: Literal["flood"]
    depth_m: float
    wave: Snowstorm | None = None


Hazard = Annotated[Snowstorm | Flood, Field(discriminator="kind")]


class Names(RootModel[dict[str, Battery]]):
    pass


class Drill(Strict):
    hazards: list[Hazard] = []
    depots: dict[str, Battery] = {}
    names: Names = Names({})
    pair: tuple[int, Battery] | None = None
    at: MomentField | None = None
    takes: SpreadHours | None = None
    mode: Literal["field", "tabletop"] = "field"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    title: Annotated[str, Field(min_length=2)] = "xx"
    share: float | Literal["auto"] = 1.0
    either: Battery | Flood | str | None = None
    on: bool = True
    odd: Annotated[int, BeforeValidator(lambda v: v)] = 1

    @model_validator(mode="after")
    def _check(self) -> Drill:
        if self.count == 7:
            raise ValueError("must not be seven")
        return self


def told(file, content: str) -> list[str]:
    return [line.removeprefix("drill.yaml:") for line in problems(validate, Drill, read_yaml(file(content)))]


def test_a_good_document_becomes_the_model(file):
    drill = validate(Drill, read_yaml(file("hazards:\n  - {kind: flood, depth_m: 2}\nat: +24 h\n")))
    assert isinstance(drill.hazards[0], Flood)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            "zzz: 1\n",
            "1: zzz unknown key (allowed: hazards, depots, names, pair, at, takes, mode, count, title, ",
        ),
        ("hazard: []\n", "1: hazard unknown key (did you mean 'hazards'?)"),
        (
            "depots:\n  x:\n    capacity_kw: 3\n    capacity_kwh: 3",
            "3: depots.x.capacity_kw unknown key (did you mean 'capacity_kwh'?)",
        ),
        (
            "depots:\n  x: {capacity_kwh: 3, Class: B}",
            "2: depots.x.Class unknown key (did you mean 'class'?)",
        ),
        (
            "depots: {x: {capacity_kwh: 3, capacity-kWh: 3}}",
            "1: depots.x.capacity-kWh unknown key (did you mean 'capacity_kwh'?)",
        ),
        (
            "names:\n  x: {capacity_kwh: 3,\n    ageh: 3}",
            "3: names.x.ageh unknown key (did you mean 'age_h'?)",
        ),
        ("pair:\n- 1\n- capacity_kwh: 3\n  age: 3", "4: pair[1].age unknown key (did you mean 'age_h'?)"),
        (
            "hazards:\n- kind: flood\n  depth_m: 1\n  wav: 2",
            "4: hazards[0].wav unknown key (did you mean 'wave'?)",
        ),
        (
            "hazards:\n- kind: flood\n  depth_m: 1\n  wave:\n   kind: snowstorm\n   depth_cm: 1\n   depth: 2",
            "7: hazards[0].wave.depth unknown key (did you mean 'depth_cm'?)",
        ),
        ("depots:\n\n  x:\n    age_h: 1", "3: depots.x.capacity_kwh is missing"),
        (
            "hazards:\n- kind: snowstorm\n  snowstorm: 1\n  depth_cm: x",
            "4: hazards[0].depth_cm must be a number (got 'x')",
        ),
        ("hazards:\n- kind: flood", "2: hazards[0].depth_m is missing"),
        (
            "hazards:\n- kind: snowstorm\n  depth_cm: 1\n  snowstorm: x",
            "4: hazards[0].snowstorm must be a whole number (got 'x')",
        ),
        (
            "hazards:\n- depth_m: 1\n  kind: flod",
            "3: hazards[0].kind must be one of snowstorm, flood (got 'flod'; did you mean 'flood'?)",
        ),
        ("hazards:\n- depth_m: 1", "2: hazards[0].kind is missing; one of snowstorm, flood"),
        ("hazards:\n- flood", "2: hazards[0] must be a table (got 'flood')"),
        ("hazards: {}", "1: hazards must be a list (got a table)"),
        ("depots:\n  x: {capacity_kwh: -3}", "2: depots.x.capacity_kwh must be >= 0 (got -3)"),
        ("depots:\n  x: {capacity_kwh: 0}", "2: depots.x.capacity_kwh must be > 0 (got 0)"),
        ("depots:\n  x:", "2: depots.x must be a table (got nothing)"),
        (
            "mode: tabeltop",
            "1: mode must be one of field, tabletop (got 'tabeltop'; did you mean 'tabletop'?)",
        ),
        ("mode: 5", "1: mode must be one of field, tabletop (got 5)"),
        ("count: 0", "1: count must be >= 1 (got 0)"),
        ("count: 10", "1: count must be <= 9 (got 10)"),
        ("count: 1.5", "1: count must be a whole number (got 1.5)"),
        ("title: 12", "1: title must be text; put it in quotes (got 12)"),
        ("title: x", "1: title must have at least 2 characters (got 'x')"),
        ("on: 7", "1: on must be true or false (got 7)"),
        ("odd: x", "1: odd must be a whole number (got 'x')"),
        ("share: abc", "1: share must be a number or one of auto (got 'abc')"),
        ("either: [1]", "1: either must be a table or text (got a list of 1)"),
        ("either: {capacity_kwh: 3,\n age: 2}", "2: either.age unknown key (did you mean 'age_h'?)"),
        (
            "at: 12:30",
            '1: at must be a full date and time such as 2023-11-05T12:30, or "+12.5 h" (got "12:30")',
        ),
        (
            "takes: 45/20 min",
            '1: takes must have a P90 from the median to 1000 times the median (got "45/20 min")',
        ),
        ("count: 7", "1: must not be seven"),
        ("hello", "1: must be a table (got 'hello')"),
    ],
)
def test_a_wrong_value_is_told_as_people_wrote_it(file, content, problem):
    lines = told(file, content)
    assert len(lines) == 1
    assert lines[0] == problem or (problem.endswith(", ") and lines[0].startswith(problem))


def test_all_problems_are_told_in_the_order_of_the_file(file):
    content = "count: 0\ndepots:\n  x: {capacity_kwh: x}\nmod: 1\nhazards:\n  - {kind: flood}\n  - {kind: x}\n"
    assert [line.split(" ")[:2] for line in told(file, content)] == [
        ["1:", "count"],
        ["3:", "depots.x.capacity_kwh"],
        ["4:", "mod"],
        ["6:", "hazards[0].depth_m"],
        ["7:", "hazards[1].kind"],
    ]


def test_text_from_the_file_cannot_break_the_line_of_a_problem(file):
    lines = told(file, 'mode: "a\\nb\\e[2J"\n"x\\ny": 1\n')
    assert r"(got 'a\nb\x1b[2J')" in lines[0]
    assert lines[1].startswith(r"2: x\ny unknown key")


def test_a_part_is_checked_where_it_stands(file):
    document = read_yaml(file("a: 1\ndepots:\n  x:\n    capacity_kwh: -1\n"))
    data = document.data["depots"]["x"]
    (line,) = problems(lambda: validate(Battery, document, data, ("depots", "x")))
    assert line == "drill.yaml:4: depots.x.capacity_kwh must be >= 0 (got -1)"


def test_a_value_set_from_outside_is_told_at_its_nearest_parent(file):
    document = read_yaml(file("count: 1\ndepots:\n  x: {}\n  capacity_kwh: {}\ncapacity_kwh: 1\n"))
    data = {"depots": {"y": {"capacity_kwh": -1}}}
    (line,) = problems(lambda: validate(Drill, document, data))
    assert line == "drill.yaml:2: depots.y.capacity_kwh must be >= 0 (got -1)"


def test_five_thousand_problems_are_told_in_a_moment(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("depots:\n" + "".join(f"  s{n}: {{capacity_kw: 3}}\n" for n in range(2500)))
    document = read_yaml(path)
    begun = time.perf_counter()
    with pytest.raises(InputError) as caught:
        validate(Drill, document)
    assert len(caught.value.problems) == 5000
    assert time.perf_counter() - begun < 5


def test_a_document_may_be_made_by_hand():
    with pytest.raises(InputError, match=r"^x.yaml:1: count must be >= 1 \(got 0\)$"):
        validate(Drill, Document(Path("x.yaml"), {"count": 0}))
