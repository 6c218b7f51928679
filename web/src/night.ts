/** When it is dark at a place: shades behind the time line. */

const DAY_MS = 86_400_000, HOUR_MS = 3_600_000, RAD = Math.PI / 180;

/**
 * Nights between the start (wall clock taken as if it were UTC) and `end_ms`, as [from, to] in ms since the start.
 * Sunrise equation with the mean declination of the day, to a quarter of an hour. Source: Meeus, Astronomical Algorithms, 1991.
 * Assumed: wall clock is UTC+8 within 45° of its meridian, else the nearest whole hour.
 */
export function nights(start_ms: number, end_ms: number, lon: number, lat: number): [number, number][] {
  if (!Number.isFinite(start_ms + lon + lat)) return [];
  const zone_h = Math.abs(lon / 15 - 8) <= 3 ? 8 : Math.round(lon / 15);
  const first = Math.floor(start_ms / DAY_MS) - 1, last = Math.floor((start_ms + end_ms) / DAY_MS) + 1;
  const found: [number, number][] = [];
  for (let day = first; day <= last; day++) {
    const [, dusk] = sun(day, lon, lat, zone_h), [dawn] = sun(day + 1, lon, lat, zone_h);
    const from = Math.max(day * DAY_MS + dusk * HOUR_MS - start_ms, 0), to = Math.min((day + 1) * DAY_MS + dawn * HOUR_MS - start_ms, end_ms);
    if (to > from) found.push([from, to]);
  }
  return found;
}

/** Hours of sunrise and sunset by the wall clock. */
function sun(day: number, lon: number, lat: number, zone_h: number): [number, number] {
  const of_year = (day * DAY_MS - Date.UTC(new Date(day * DAY_MS).getUTCFullYear(), 0, 1)) / DAY_MS;
  const angle = (2 * Math.PI * (of_year - 81)) / 365.25, tilt = 23.44 * RAD * Math.sin(angle);
  const equation_h = (9.87 * Math.sin(2 * angle) - 7.53 * Math.cos(angle) - 1.5 * Math.sin(angle)) / 60;
  const noon_h = 12 + zone_h - lon / 15 - equation_h;
  const cosine = (Math.sin(-0.833 * RAD) - Math.sin(lat * RAD) * Math.sin(tilt)) / (Math.cos(lat * RAD) * Math.cos(tilt));
  const half_h = Math.acos(Math.min(Math.max(cosine, -1), 1)) / RAD / 15;
  return [noon_h - half_h, noon_h + half_h];
}
