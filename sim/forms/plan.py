"""The drill plan (演练方案): what is tested, on what basis, with whom and what, by which rules, when."""

from __future__ import annotations

from sim.forms.parts import Blank, Chapter, Column, Form, Grid, Heading, Pairs, Part, Words, row
from sim.forms.plan_words import (
    act_word,
    condition_words,
    generators_words,
    hazard_words,
    inject_words,
    measure_words,
    place_word,
    spread_words,
    trigger_words,
    watch_word,
)
from sim.language import _, chosen
from sim.page import reproduce
from sim.page.parts import Cell
from sim.page.telling import Telling
from sim.page.verdict import bound_words, target_name
from sim.page.words import bare, figure, kpi_name, rule_words, where_words
from sim.phrases import word
from sim.plan import Target
from sim.scenario import InjectSpec, ScenarioSpec
from sim.scorecard import ScoreRow
from sim.script.lines import drill_clock
from sim.spec import text_told


def plan_form(telling: Telling) -> Form:
    """The plan as far as the scenario says it; what it does not say is a box."""
    chapters = [
        Chapter(_("Purpose"), _purpose(telling)),
        Chapter(_("Basis"), _basis(telling.run.spec)),
        Chapter(_("Background and scenario"), _background(telling)),
        Chapter(_("Organisation and parties"), _organisation(telling)),
        Chapter(_("Resources"), _resources(telling)),
        Chapter(_("Response levels"), _levels(telling)),
        Chapter(_("Preparation and dispatch rules"), _rules(telling)),
        Chapter(_("Targets"), [_targets(telling)]),
        Chapter(_("Schedule"), [_schedule(telling)]),
        Chapter(_("Safety"), [Blank(_("Safety measures, and the word that ends the drill at once (by hand):"), 6)]),
        Chapter(_("Appendix"), _appendix(telling)),
    ]
    return Form("plan", _("01_drill_plan"), _("Drill plan"), title_lines(telling), chapters)


def title_lines(telling: Telling) -> list[str]:
    """Under the title of a form: the drill, who holds it, from when to when."""
    spec, story = telling.run.spec, telling.story
    return [
        line
        for line in (
            chosen(spec.title.en, spec.title.zh) or spec.name,
            text_told(spec.drill.host),
            _("{start} to {end}, {hours} h").format(
                start=f"{story.start:%Y-%m-%d %H:%M}", end=f"{story.wall(spec.horizon_h):%Y-%m-%d %H:%M}",
                hours=f"{spec.horizon_h:g}",
            ),
        )
        if line
    ]  # fmt: skip


def _purpose(telling: Telling) -> list[Part]:
    rows = telling.card.targets
    said = _("The drill tests whether the plan keeps what it promises:") if rows else _("The plan has no targets.")
    listed = [Words(f"• {target_name(one)} ({bound_words(one)})") for one in rows]
    return [Words(said), *listed, Blank(_("Further purposes (by hand):"), 2)]


def _basis(spec: ScenarioSpec) -> list[Part]:
    parts: list[Part] = [Words(text_told(spec.drill.basis))] if spec.drill.basis else []
    return [*parts, Blank(_("Laws, plans and documents it rests on (by hand):"), 3)]


def _kind_word(kind: str) -> str:
    words = {
        "replay": _("replay of an event"), "tabletop": _("tabletop drill"), "field": _("field drill"),
        "study": _("study"),
    }  # fmt: skip
    return words[kind]


def _background(telling: Telling) -> list[Part]:
    spec, ground = telling.run.spec, telling.tables.ground
    parts: list[Part] = [Words(text_told(spec.description))] if spec.description else []
    parts += [Words(hazard_words(telling, hazard)) for hazard in spec.hazards]
    pairs = [(_("Kind of drill"), _kind_word(spec.drill.kind)), (_("Drill clock"), spec.drill.clock.text)]
    if telling.has("station"):
        stations = float(ground.stations.sum())
        pairs += [
            (_("Network"), _("{sites} sites, {stations} stations, {users} users").format(
                sites=bare(float(len(ground.site_ids))), stations=bare(stations), users=bare(_users(telling))
            )),
            (_("Counties"), _(", ").join(telling.county(key) for key in ground.counties if key)),
        ]  # fmt: skip
    if telling.has("device"):
        items = (
            ("row", _("rows of racks")),
            ("rack", _("racks")),
            ("device", _("devices")),
            ("service", _("services")),
        )
        counts = [f"{bare(float(telling.story.count(item)))} {name}" for item, name in items]
        pairs.append((_("Machine rooms"), _(", ").join(counts)))
    return [*parts, Pairs([pair for pair in pairs if pair[1]])]


def _users(telling: Telling) -> float:
    users = telling.run.inventory["site"].get("users")
    return 0.0 if users is None else float(users.astype(float).sum())


def _organisation(telling: Telling) -> list[Part]:
    spec = telling.run.spec
    parts: list[Part] = [
        Pairs(
            [
                (name, "")
                for name in (_("Commander"), _("Controllers"), _("Evaluators"), _("Safety officer"), _("Recorder"))
            ]
        )
    ]
    if spec.parties:
        columns = [Column(_("party")), Column(_("counties")), Column(_("helps")), Column(_("crews on call"))]
        rows = [
            row(
                telling.bare(name),
                _(", ").join(map(telling.county, party.counties)) or _("all"),
                _(", ").join(map(telling.bare, party.helps)) or "–",
                figure(party.crews_on_call, "share"),
            )
            for name, party in spec.parties.items()
        ]
        parts.append(Grid(columns, rows, _("Parties")))
    if spec.resources.teams:
        columns = [Column(word_) for word_ in (_("team"), _("party"), _("people in it"), _("place"), _("skills"))]
        rows = [
            row(
                chosen(team.title.en, team.title.zh) or telling.bare(name),
                telling.bare(team.party),
                str(team.people),
                telling.bare(team.place),
                _(", ").join(map(word, team.skills)),
            )
            for name, team in spec.resources.teams.items()
        ]
        parts.append(Grid(columns, rows, _("Teams")))
    return parts


def _resources(telling: Telling) -> list[Part]:
    resources = telling.run.spec.resources
    parts: list[Part] = []
    if resources.depots:
        heads = (
            _("depot"), _("crews"), _("people in it"), _("all-terrain vehicles"), _("front loaders"),
            _("generators by kind"), _("fuel, litres"),
        )  # fmt: skip
        columns = [Column(head, width=5 if head == _("generators by kind") else 1.6) for head in heads]
        rows = [
            row(
                telling.bare(name),
                str(depot.crews),
                str(depot.crews * resources.crew.people),
                str(depot.all_terrain),
                str(depot.loaders),
                generators_words(depot) or "–",
                _("not limited") if depot.fuel_l is None else f"{depot.fuel_l:g}",
            )
            for name, depot in resources.depots.items()
        ]
        parts.append(Grid(columns, rows, _("Resource ledger")))
    stores = [
        row(telling.bare(place), word(spare), str(count))
        for place, spares in resources.spares.stores.items()
        for spare, count in spares.items()
    ]
    if stores:
        parts.append(Grid([Column(_("place")), Column(_("spare")), Column(_("count"))], stores, _("Spares")))
    aid, hired = resources.mutual_aid, resources.hired
    more = [
        (_("Mutual aid"), _("{crews} crews, after {hours} of mobilising").format(
            crews=aid.crews, hours=figure(aid.mobilise_h, "h")) if aid.crews else ""),
        (_("Hired"), _("{crews} crews and {loaders} loaders, ready after {hours}").format(
            crews=hired.crews, loaders=hired.loaders, hours=figure(hired.ready_h, "h"))
            if hired.crews or hired.loaders else ""),
    ]  # fmt: skip
    if found := [pair for pair in more if pair[1]]:
        parts.append(Pairs(found))
    return parts or [Words(_("The scenario has no ledger of resources."))]


def _levels(telling: Telling) -> list[Part]:
    levels = telling.run.spec.plan.levels
    if not levels:
        return [Words(_("The plan has no response levels."))]
    columns = [
        Column(_("level"), width=0.7), Column(_("trigger"), width=3), Column(_("decided within"), width=2),
        Column(_("led by"), width=1.6), Column(_("reported within"), width=1.2), Column(_("sets in motion"), width=1.8),
    ]  # fmt: skip
    rows = [
        row(
            level.level,
            trigger_words(level),
            spread_words(level.decide_h),
            telling.bare(level.lead) or "–",
            "–" if level.report_h is None else figure(level.report_h, "h"),
            _(", ").join(map(act_word, level.do)) or "–",
        )
        for level in levels
    ]
    return [Grid(columns, rows)]


def _rules(telling: Telling) -> list[Part]:
    plan, start = telling.run.spec.plan, telling.run.spec.start
    parts: list[Part] = []
    if plan.before:
        columns = [Column(_("measure"), width=1.5), Column(_("where"), width=3), Column(_("due"), width=1.5)]
        rows = [row(*measure_words(telling, one), telling.clock(one.by.to_h(start))) for one in plan.before]
        parts.append(Grid(columns, rows, _("Preparation before the event")))
    if plan.dispatch:
        columns = [Column(_("class"), width=0.7), Column(_("rule"), width=5)]
        rows = [row(rule.site_class, rule_words(rule)) for rule in plan.dispatch]
        parts.append(Grid(columns, rows, _("Dispatch rules of the plan, by class of site")))
    if telling.has("station"):
        order = " → ".join(map(place_word, plan.order))
        limits = _(", ").join(f"{_limit_word(key)} {figure(hours, 'h')}" for key, hours in plan.repair_limit_h.items())
        parts.append(
            Pairs(
                [
                    (_("Order of restoration"), order),
                    (_("Generators watched by"), watch_word(plan.generator.watched_by)),
                    (_("Limits of repair"), limits),
                ]
            )
        )
    for name, procedure in plan.procedures.items():
        parts.append(Heading(chosen(procedure.title.en, procedure.title.zh) or name))
        columns = [
            Column(_("step"), width=2), Column(_("by whom"), width=1.5), Column(_("takes"), width=2.4),
            Column(_("deadline from the beginning"), width=1.4),
        ]  # fmt: skip
        rows = [
            row(
                chosen(step.title.en, step.title.zh) or key,
                telling.bare(step.who),
                spread_words(step.takes_h),
                "–" if step.by_h is None else figure(step.by_h, "h"),
            )
            for key, step in procedure.steps.items()
        ]
        parts.append(Grid(columns, rows))
    return parts or [Words(_("The plan has no rules."))]


def _limit_word(key: str) -> str:
    return {"urban": _("urban"), "rural": _("rural"), "hub": _("hubs")}[key]


def _targets(telling: Telling) -> Part:
    of = {target.id: target for target in telling.run.spec.plan.targets}
    columns = [
        Column(_("target"), width=0.8), Column(_("promise"), width=2.6), Column(_("figure"), width=2.4),
        Column(_("of"), width=1.6), Column(_("at"), width=1.6), Column(_("bound"), width=1.2),
    ]  # fmt: skip
    rows = [
        row(
            one.id, text_told(one.say), kpi_name(one.kpi), where_words(of[one.id].of) or _("all"),
            _instant_words(telling, of[one.id], one), bound_words(one),
        )
        for one in telling.card.targets
    ]  # fmt: skip
    return Grid(columns, rows) if rows else Blank(_("Targets (by hand):"), 4)


def _instant_words(telling: Telling, target: Target, line: ScoreRow) -> str:
    """When a target is looked at, as it is known before the drill."""
    moment = target.at
    if moment is not None and moment.after_h is not None and target.since == "first_outage":
        return _("{hours} h after the first outage").format(hours=f"{moment.after_h:g}")
    return "–" if line.at_h is None else telling.clock(line.at_h)


def _schedule(telling: Telling) -> Part:
    """Everything with a time, in order; injects on a condition last."""
    spec = telling.run.spec
    start = spec.start
    timed = [(0.0, _("beginning of the drill"), "")]
    timed += [(one.by.to_h(start), _("due"), _(": ").join(measure_words(telling, one))) for one in spec.plan.before]
    for hazard in spec.hazards:
        onset = getattr(hazard, "onset", None) or getattr(hazard, "at", None)
        if onset is not None:
            timed.append((onset.to_h(start), _("hazard begins"), word(hazard.kind)))
    said = [one for one in spec.injects if not one.off]
    timed += [(one.at.to_h(start), _("inject"), _told(telling, one)) for one in said if one.at is not None]
    timed.append((spec.horizon_h, _("end of the drill"), ""))
    rows = [
        [Cell(drill_clock(at_h)), Cell(telling.clock(at_h)), Cell(what), Cell(told)]
        for at_h, what, told in sorted(timed, key=lambda line: line[0])
    ]
    rows += [
        [Cell("–"), Cell(condition_words(one)), Cell(_("inject")), Cell(_told(telling, one))]
        for one in said
        if one.at is None
    ]
    columns = [
        Column(_("drill clock"), width=1.1), Column(_("time in the scenario"), width=1.6), Column(_("what"), width=1.6),
        Column(_("details"), width=4),
    ]  # fmt: skip
    return Grid(columns, rows)


def _told(telling: Telling, inject: InjectSpec) -> str:
    to = _("to {who}").format(who=inject.to) if inject.to else ""
    return _("; ").join(part for part in (to, inject_words(telling, inject)) if part)


def _appendix(telling: Telling) -> list[Part]:
    count = len(telling.card.assumptions)
    return [
        Words(
            _("The scenario rests on {count} assumptions; they are listed in the summary report.").format(count=count)
        ),
        Pairs([(fact.term, fact.text) for fact in reproduce.facts(telling)]),
    ]
