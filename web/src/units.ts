/** Numbers with their units, as people read them. */

import type { App } from "./app";
import { fill } from "./element";

/** A number in as many digits as matter; whole numbers whole, thousands apart by commas. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) || size >= 1000 ? 0 : size >= 100 ? 1 : 2;
  const text = value.toFixed(decimals).replace("-", "\u2212");
  return size >= 1000 ? text.replace(/\B(?=(\d{3})+$)/g, ",") : text;
}

const ROMAN = ["", "I", "II", "III", "IV"];

/** A number with its unit; shares in per cent, levels in Roman numerals. */
export function shown(app: App, value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (unit === "share" || unit.endsWith("_share") || unit === "state_of_charge") return `${percent(value)}\u202f%`;
  if (unit === "level") return ROMAN[Math.round(value)] || digits(value);
  const one = value === 1 && app.language === "en" ? app.packed.one?.[unit] : undefined;
  const word = one ?? (unit === "" ? "" : app._(app.packed.units?.[unit] ?? unit));
  return word ? `${digits(value)} ${word}` : digits(value);
}

function percent(share: number): string {
  const value = share * 100;
  const text = Number.isInteger(value) ? value.toString() : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
  return text.replace("-", "\u2212");
}

/** A length of time: `2 d 4 h`, `3 h 05 min`, `12 min`, `40 s`. */
export function lasting(app: App, ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (Math.abs(ms) < 60_000) return ms === 0 ? app._("at once") : fill(app._("{s} s"), { s: Math.round(Math.abs(ms) / 1000) });
  if (minutes < 60) return fill(app._("{min} min"), { min: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return fill(app._("{h} h {min} min"), { h: hours, min: String(minutes % 60).padStart(2, "0") });
  return fill(app._("{d} d {h} h"), { d: Math.floor(hours / 24), h: hours % 24 });
}
