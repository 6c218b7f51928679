"""Bad input: one clear line says where, what was found, what is allowed; nothing is run or written."""

import pytest
from chinese import english_in, is_chinese
from pydantic import ValidationError
from scenario_files import SCENARIO, is_refused

from sim.plan import Target


def alias_bomb(town):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    town.file.write_text("format: 1\n" + "\n".join(lines))


def huge_file(town):
    with town.file.open("r+b") as file:
        file.truncate(200_000_000)


def no_file(town):
    town.file.unlink()


def a_folder(town):
    town.file.unlink()
    town.file.mkdir()


def changed(old, new, file="little.yaml"):
    return lambda town: town.change(old, new, file)


def written(content):
    return lambda town: town.file.write_bytes(content)


BAD_FILES = {
    "an unknown key": (
        changed("tyres: chains", "tires: chains"),
        r"little.yaml:17: resources.crew.tires unknown key \(did you mean 'tyres'\?\)",
    ),
    "a key without a near one": (
        changed("tyres: chains", "zzzz: chains"),
        r"little.yaml:17: resources.crew.zzzz unknown key \(allowed: people, carries, .*\)",
    ),
    "a wrong unit": (
        changed("duration_h: 10 h", "duration_h: 10 km"),
        r'little.yaml:11: hazards\[0\].duration_h must be a duration such as .* \(got "10 km"\)',
    ),
    "another unit of the same thing": (
        changed("water_mm: 40", "water_mm: 4 cm"),
        r'little.yaml:11: hazards\[0\].water_mm must be a number of mm .* \(got "4 cm"\)',
    ),
    "a negative number": (
        changed("ten: {crews: 2", "ten: {crews: -2"),
        r"little.yaml:19: resources.depots.ten.crews must be >= 0 \(got -2\)",
    ),
    "not a number": (
        changed("water_mm: 40", "water_mm: .nan"),
        r"little.yaml:11: hazards\[0\].water_mm must be finite \(got .nan\)",
    ),
    "infinity": (
        changed("at_most: 0}", "at_most: .inf}"),
        r"little.yaml:30: plan.targets\[0\].at_most must be finite \(got .inf\)",
    ),
    "a duplicate key": (
        changed("name: little\n", "name: little\nname: other\n"),
        r"little.yaml:3: name is a duplicate key, first on line 2",
    ),
    "a time where a date is wanted": (
        changed("start: 2024-01-10T12:00", "start: 12:30"),
        r"little.yaml:4: start must be a date and time such as .* \(got '12:30'\)",
    ),
    "a tag": (
        changed("{zh: 小镇演练, en: Little town}", "!!python/object/apply:os.system [touch pwned]"),
        r"little.yaml:3: title must have no tag \(got 'tag:yaml.org,2002:python/object/apply:os.system'\)",
    ),
    "an unknown format": (
        changed("format: 1", "format: 2"),
        r"little.yaml:1: format must be 1 \(got 2\); to migrate, .+",
    ),
    "no format": (
        changed("format: 1\n", ""),
        r"little.yaml:1: format is missing; a scenario file begins with `format: 1`",
    ),
    "a site that does not exist": (
        changed("site:s3.rectifier", "site:s33.rectifier"),
        r"little.yaml:33: injects\[0\].what must be a site .* \(got 's33'; did you mean 's3'\?\)",
    ),
    "a site that does not exist, in a list": (
        changed("学校,s6", "学校,s66", "lists/schools.csv"),
        r"lists/schools.csv:2: site must be a site of the topology \(got 's66'; did you mean 's6'\?\)",
    ),
    "a ring that is not closed": (
        changed("l07,s3,hub_1,ring,r1,9.1,yes\n", "", "town/ten_sites/links.csv"),
        r"town/ten_sites(/links.csv|.yaml)(:\d+)?: .*\br1\b.*closed.*",
    ),
    "an end before the start": (
        changed("horizon_h: 48 h", "horizon_h: 2024-01-09T00:00"),
        r"little.yaml:5: horizon_h must be after the start and within a year \(got '2024-01-09T00:00'\)",
    ),
    "an alias bomb": (alias_bomb, r"little.yaml:\d: .*aliases repeat more than 100000 values"),
    "deep nesting": (
        written(b"format: 1\nname: " + b"[" * 20_000),
        r"little.yaml:2: name.* is nested deeper than \d+ levels",
    ),
    "a huge file": (huge_file, r"little.yaml: is larger than the limit of \d+ MB"),
    "a binary file": (
        written(bytes(range(256))),
        r"little.yaml: is not a text file \(NUL byte at position 0\)",
    ),
    "a picture": (written(b"\x89PNG\r\n\x1a\n" + b"\x80" * 50), r"little.yaml:\d: is not in UTF-8.*"),
    "a missing file": (no_file, r"little.yaml: does not exist"),
    "a folder": (a_folder, r"little.yaml: is a directory, not a file"),
    "an empty file": (written(b""), r"little.yaml: is empty"),
    "only a comment": (written(b"# nothing\n"), r"little.yaml: is empty"),
    "broken YAML": (written(b"format: 1\nname: [a\n"), r"little.yaml:\d: is not valid YAML: .+"),
    "an unknown policy": (
        changed("policy: class_then_deadline", "policy: neerest"),
        r"little.yaml:42: policy must be a policy: one of .* \(got 'neerest'; did you mean 'nearest'\?\)",
    ),
    "a triangle upside down": (
        changed("parties:\n", "sites: {s1: {low: 0.9, mode: 0.2, high: 0.4}}\nparties:\n"),
        r"little.yaml:13: sites.s1 must have low <= mode <= high \(got 0.9, 0.2, 0.4\)",
    ),
    "a day that ends before it begins": (
        changed("parties:\n", "repair: {daylight: [17, 6.5]}\nparties:\n"),
        r"little.yaml:13: repair.daylight must rise from the first to the last \(got 17, 6.5\)",
    ),
    "less risk in deeper snow": (
        changed("parties:\n", "roads: {stuck_per_10km: [0.5, 0.1]}\nparties:\n"),
        r"little.yaml:13: roads.stuck_per_10km must rise from the first to the last \(got 0.5, 0.1\)",
    ),
    "a reversed pair": (
        changed("parties:\n", "roads: {drift_factor: [3, 1.5]}\nparties:\n"),
        r"little.yaml:13: roads.drift_factor must rise from the first to the last \(got 3, 1.5\)",
    ),
    "bands upside down": (
        changed("  levels:\n", "  vehicle_bands: [10, 5, 2]\n  levels:\n"),
        r"little.yaml:24: plan.vehicle_bands must rise from the first to the last \(got 10, 5, 2\)",
    ),
    "a reversed range": (
        changed("range: [20, 60]", "range: [60, 20]"),
        r"little.yaml:41: assumptions\[0\].range must go from the lower to the higher \(got 60.0, 20.0\)",
    ),
    "a reversed range of times": (
        changed("range: [20, 60]", "range: [2024-01-02T00:00, 2024-01-01T00:00]"),
        r"little.yaml:41: assumptions\[0\].range must go from the lower to the higher \(got 2024-01-02T.*\)",
    ),
    "expressways reopened before they are closed": (
        changed("parties:\n", "roads: {expressways: {closed: +9 h, reopened: 2024-01-10T20:00}}\nparties:\n"),
        r"little.yaml:13: roads.expressways.reopened must not be before closed \(got 2024-01-10T20:00, closed \+9 h\)",
    ),
    "half a slot": (
        changed("parties:\n", "grid: {first_shape: 2.5}\nparties:\n"),
        r"little.yaml:13: grid.first_shape must be a whole number \(got 2.5\)",
    ),
    "a preparation at no site": (
        changed("{class: C, county: ten}", "{class: C, role: core}"),
        r"little.yaml:23: plan.before\[0\].where selects no site",
    ),
    "a target for no site": (
        changed("{list: lifelines}", "{list: lifelines, class: D}"),
        r"little.yaml:30: plan.targets\[0\].of selects no site",
    ),
    "more specialists than crews": (
        changed("diesel_8kw: 1, party", "diesel_8kw: 1, specialists: {climb: 3}, party"),
        r"little.yaml:19: resources.depots.ten must have specialists at most crews \(got climb: 3 of 2\)",
    ),
    "an unknown kind of generator": (
        changed("diesel_8kw: 1", "diesel_9kw: 1"),
        r"little.yaml:19: resources.depots.ten.generators.diesel_9kw must be a kind of .*; did you mean 'diesel_.kw'\?\)",
    ),
    "a level that nothing raises": (
        changed("when: {sites_out: 3}", "when: {}"),
        r"little.yaml:25: plan.levels\[0\] must have when, when_any or warning with something in it, .*",
    ),
    "an inject on no condition": (
        changed("when: {crews_free: 0}", "when: {}"),
        r"little.yaml:35: injects\[2\] must have something in when, such as when: \{sites_out: 3\}",
    ),
    "a format in quotes": (
        changed("format: 1", 'format: "1"'),
        r"little.yaml:1: format must be 1, a number without quotes \(got '1'\)",
    ),
    "a topology": (
        lambda town: town.file.write_bytes((town.folder / "town/ten_sites.yaml").read_bytes()),
        r"little.yaml:\d+: is a topology, not a scenario.*",
    ),
    "neither scenario nor topology": (
        written(b"format: 1\nname: little\n"),
        r"little.yaml:1: is neither a scenario .* nor a topology .*",
    ),
    "a typing error in an assumption": (
        changed("set: hazards.snowstorm", "set: hazards.snowstrom"),
        r"little.yaml:41: assumptions\[0\].set must be a place in the scenario: .*'snowstorm'.*",
    ),
}


def test_the_town_is_in_order(town, drill):
    """Else everything below could be refused for another reason."""
    assert drill("check", "little.yaml").code == 0


@pytest.mark.parametrize("command", ["run", "check", "injects"])
@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_in_one_line(town, drill, plays, case, command):
    if case == "a topology" and command == "check":
        return  # it is a good one
    spoil, message = BAD_FILES[case]
    calls = plays()
    spoil(town)
    before = town.everything() if case != "a huge file" else None
    is_refused(drill(command, "little.yaml"), message)
    assert calls == []
    assert before is None or town.everything() == before
    assert not (town.folder / "runs").exists()


BAD_COMMAND_LINES = [
    (["--policy", "neerest"], r"--policy: must be one of .* \(got 'neerest'; did .* 'nearest'\?\)"),
    (["--set", "polcy=nearest"], r"--set polcy: unknown key 'polcy' \(did you mean 'policy'\?\)"),
    (["--set", "resources.depots.ten.crew=2"], r"--set resources.depots.ten.crew: unknown .*'crews'\?\)"),
    (["--set", "hazards.snow.onset=0"], r"--set hazards.snow.onset: hazards has no item of .*"),
    (["--set", "policy"], r"--set policy: must be KEY=VALUE, such as policy=nearest"),
    (["--set", "=3"], r"--set =3: must be KEY=VALUE, such as policy=nearest"),
    (["--set", "resources.depots.ten.crews=-2"], r"--set resources.*crews: must be >= 0 \(got -2\)"),
    (["--set", "resources.depots.ten.crews=two"], r"--set resources.*crews: must be a whole number .*"),
    (["--set", "policy=neerest"], r"--set policy: must be a policy: one of .*did .* 'nearest'\?\)"),
    (["--set", "hazards=[a"], r"--set hazards: is not valid YAML: .*"),
    (["--set", "start=12:30"], r"--set start: must be a date and time .* \(got '12:30'\)"),
    (["--seed", "-1"], r"drill run: .*'--seed'.*"),
    (["--seed", "one"], r"drill run: .*'--seed'.*"),
    (["--sed", "1"], r"drill run: No such option: --sed.*"),
    (["more"], r"drill run: .*unexpected extra argument.*"),
    (["--out", "little.yaml"], r"little.yaml: exists and is no directory; choose another --out"),
    (["--out", "little.yaml/run"], r"little.yaml/run: cannot be .*"),
    (["--out", "lists"], r"lists: exists and is not a run directory \(.*\); choose another --out"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_COMMAND_LINES)
def test_a_bad_command_line_is_refused_in_one_line(town, drill, plays, arguments, message):
    calls = plays()
    before = town.everything()
    is_refused(drill("run", "little.yaml", *arguments), message)
    assert calls == []
    assert town.everything() == before


def test_check_tells_every_problem_of_every_file(town, drill):
    town.change("centre: ten", "centre: tne").change("for: O2", "for: O3")
    (town.folder / "other.yaml").write_text("start: 2024-01-10T12:00\n")
    result = drill("check", "little.yaml", "town/ten_sites.yaml", "other.yaml", "none.yaml")
    assert result.code == 2
    assert result.out == "OK town/ten_sites.yaml: topology ten_sites, 10 sites, 14 stations, 3 feeders\n"
    places = [line.partition(" ")[0] for line in result.err.splitlines()]
    assert places == ["little.yaml:11:", "little.yaml:33:", "other.yaml:1:", "none.yaml:"]


def test_a_topology_where_a_scenario_is_wanted_and_the_other_way_round(town, drill):
    is_refused(drill("run", "town/ten_sites.yaml"), r"town/ten_sites.yaml:1: is a topology, not a scenario; .*")
    is_refused(drill("topology", "show", "little.yaml"), r"little.yaml:1: is a scenario, not a topology; .*")
    is_refused(drill("topology", "generate", "little.yaml", "--out", "x"), r"little.yaml:1: is a scenario, not .*")
    town.change("town/ten_sites.yaml", "little.yaml")
    is_refused(drill("check", "little.yaml"), r"little.yaml:1: is a scenario, not a topology; .*")


# In Chinese: the same files and lines, and no English left over


def places(told):
    return [line.partition(" ")[0] for line in told.splitlines()]


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_in_chinese(town, drill, case):
    spoil, _message = BAD_FILES[case]
    spoil(town)
    english, chinese = (drill("check", "little.yaml", "--lang", language) for language in ("en", "zh"))
    assert (chinese.code, len(chinese.err.splitlines())) == (english.code, len(english.err.splitlines()))
    assert places(chinese.err) == places(english.err)
    for line in chinese.err.splitlines():
        assert is_chinese(line, f"{SCENARIO} ten_sites schools"), (line, english_in(line, SCENARIO))


@pytest.mark.parametrize(("arguments", "_message"), BAD_COMMAND_LINES)
def test_a_bad_command_line_is_refused_in_chinese(town, drill, arguments, _message):
    told = drill("run", "little.yaml", *arguments, "--lang", "zh")
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert is_chinese(told.err, f"{SCENARIO} set seed sed run {' '.join(arguments)}"), told.err


def test_the_bound_of_an_unknown_kpi_is_no_second_problem():
    with pytest.raises(ValidationError) as caught:
        Target(id="O1", kpi="restored", at_least="80 %")
    assert [one["loc"] for one in caught.value.errors()] == [("kpi",)]
