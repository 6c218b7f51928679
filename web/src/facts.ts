/** What the inventory says of a thing, in words with units. */

import type { App } from "./app";
import { el, named, type Child } from "./element";
import type { Story } from "./story";
import { shown } from "./units";

interface Fact {
  label: string;
  unit?: string;
  /** The table that the text refers to. */
  to?: string;
  /** Words of the log. */
  words?: true;
  truth?: true;
}

/** Column → how it is told; columns that are not here are for the machine only. */
function labels(_: (message: string) => string): Record<string, Fact> {
  return {
    county: { label: _("county"), to: "county" }, township: { label: _("township"), to: "township" },
    site_class: { label: _("site class") }, role: { label: _("role"), words: true }, key: { label: _("key site"), truth: true },
    command: { label: _("command post"), truth: true }, urban: { label: _("in town"), truth: true },
    feeder: { label: _("feeder"), to: "feeder" }, hub: { label: _("hub"), to: "site" }, party: { label: _("party") },
    stations: { label: _("stations"), unit: "" }, users: { label: _("users"), unit: "" },
    fixed_generator_kw: { label: _("fixed generator"), unit: "kW" }, cabinet: { label: _("cabinet"), words: true },
    load_kw: { label: _("load"), unit: "kW" }, battery_ah: { label: _("battery"), unit: "Ah" },
    battery_kwh_nominal: { label: _("battery energy, nominal"), unit: "kWh" }, population: { label: _("population"), unit: "" },
    site: { label: _("site"), to: "site" }, operator: { label: _("operator"), words: true }, length_km: { label: _("length"), unit: "km" },
    duct_km: { label: _("in repaired duct"), unit: "km" }, road_class: { label: _("road class"), words: true }, a: { label: _("from"), to: "*" },
    b: { label: _("to"), to: "*" }, link_kind: { label: _("link"), words: true }, ring: { label: _("ring") }, depot: { label: _("depot"), to: "depot" },
    people: { label: _("people"), unit: "" }, vehicle_kind: { label: _("vehicle"), words: true }, skills: { label: _("skills"), words: true },
    ready_h: { label: _("on duty from"), unit: "h" }, generator_kind: { label: _("generator type"), words: true },
    prime_kw: { label: _("prime power"), unit: "kW" }, tank_l: { label: _("tank"), unit: "L" }, fuel: { label: _("fuel"), words: true },
    setpoint_c: { label: _("set point"), unit: "°C" }, warn_c: { label: _("alarm limit"), unit: "°C" }, major_c: { label: _("major alarm limit"), unit: "°C" },
    racks: { label: _("racks"), unit: "" }, row: { label: _("row of racks"), to: "row" }, rack: { label: _("rack"), to: "rack" },
    node_kind: { label: _("supply node"), words: true }, feeds: { label: _("fed by"), to: "*" }, fed_by: { label: _("fed by"), to: "*" },
    rated_kw: { label: _("rating"), unit: "kW" }, limit_kw: { label: _("load limit"), unit: "kW" }, device_kind: { label: _("device"), words: true },
    supplies: { label: _("power supplies"), to: "*" }, capacity_kw: { label: _("cooling capacity"), unit: "kW" },
    team: { label: _("team"), to: "team" }, place: { label: _("place"), to: "site" }, procedure: { label: _("procedure"), words: true },
    who: { label: _("who"), to: "team" }, by_h: { label: _("deadline"), unit: "h" },
  };
}

/** Name of a sort of thing. */
export function sortName(app: App, sort: string): string {
  const names: Record<string, string> = {
    site: app._("site"), feeder: app._("feeder"), link: app._("transport link"), crew: app._("crew"), generator: app._("generator"),
    loader: app._("loader"), depot: app._("depot"), road_edge: app._("road"), service: app._("service"), device: app._("device"),
    power_node: app._("supply node"), cooler: app._("cooler"), row: app._("row of racks"), rack: app._("rack"), room_link: app._("cable"),
    team: app._("team"), person: app._("person"), county: app._("county"), township: app._("township"), station: app._("station"),
    road_node: app._("road junction"), weather_cell: app._("weather cell"), procedure_step: app._("step of a procedure"), job: app._("job"),
  };
  return names[sort] ?? sort.replaceAll("_", " ");
}

/** The facts of a thing as a list; `link` makes a thing that can be chosen. */
export function facts(app: App, story: Story, name: number, link: (name: number) => Child): HTMLElement {
  const made = el("dl", "facts"), sort = story.sort(name), known = labels((message) => app._(message));
  const add = (label: string, ...what: Child[]): void => {
    made.append(el("dt", "", label), el("dd", "", ...what));
  };
  const names = [...new Set([story.cell(name, "name"), story.cell(name, "name_en")].map(String).filter(Boolean))];
  if (names.length) add(app._("name"), ...names.flatMap((one, at) => [at > 0 && " · ", named(one)]));
  add(app._("id"), named(story.packed.log.names[name]));
  const table = story.packed.items[sort]?.columns ?? {};
  for (const column of Object.keys(table)) {
    const fact = Object.hasOwn(known, column) ? known[column] : undefined, value = story.cell(name, column);
    if (!fact || value === "" || (typeof value === "number" && !Number.isFinite(value))) continue;
    if (fact.truth) add(fact.label, value ? app._("yes") : app._("no"));
    else if (fact.unit !== undefined) add(fact.label, shown(app, Number(value), fact.unit));
    else if (fact.to) add(fact.label, ...references(story, fact.to, String(value), link));
    else add(fact.label, named(fact.words ? String(value).split(/[ ,]+/).map((part) => story.word(part)).join(", ") : String(value)));
  }
  const lon = Number(story.cell(name, "lon")), lat = Number(story.cell(name, "lat"));
  if (lon && lat) add(app._("place"), `${lat.toFixed(4)}° N, ${lon.toFixed(4)}° E`);
  return made;
}

/** Ids as names of what they stand for, to be chosen where the log knows them. */
function references(story: Story, to: string, ids: string, link: (name: number) => Child): Child[] {
  return ids.split(/\s+/).filter(Boolean).flatMap((id, at) => {
    const name = story.code(id), row = to === "*" ? -1 : story.data.rowOfId(to, id);
    const zh = String(story.at(to, row, "name")), en = String(story.at(to, row, "name_en"));
    const text = (story.app.language === "zh" ? zh || en : en) || id;
    const same = name >= 0 && (to === "*" || story.sort(name) === to);
    return [at > 0 && ", ", same ? link(name) : named(text, id)];
  });
}
