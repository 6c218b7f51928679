/** The page's clock: drill time that runs with the frames of the screen. */

import type { Clock } from "./app";

export const SPEEDS = [1, 10, 60, 300, 600, 1800, 3600] as const;
/** A frame counts for at most this long, so that a page come back from the background does not leap. */
const LONGEST_FRAME_MS = 250;

export class Player implements Clock {
  now_ms = 0;
  playing = false;
  speed = 600;
  private frame = 0;
  private last_ms = 0;
  /** Fractions of a millisecond that whole milliseconds leave over. */
  private rest_ms = 0;

  /** `moved` is called at most once a frame, `switched` when it starts, stops or changes speed. */
  constructor(
    readonly end_ms: number,
    private readonly moved: () => void,
    private readonly switched: () => void,
  ) {}

  play(): void {
    if (this.playing) return;
    if (this.now_ms >= this.end_ms) this.now_ms = 0;
    this.playing = true;
    this.last_ms = performance.now();
    this.wake();
    this.switched();
  }

  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    this.switched();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    this.speed = Math.min(Math.max(speed, 1), 3600);
    this.switched();
  }

  goTo(t_ms: number): void {
    this.now_ms = Math.round(Math.min(Math.max(Number.isFinite(t_ms) ? t_ms : 0, 0), this.end_ms));
    this.rest_ms = 0;
    this.last_ms = performance.now();
    this.wake();
  }

  private wake(): void {
    if (!this.frame) this.frame = requestAnimationFrame((time_ms) => this.tick(time_ms));
  }

  private tick(time_ms: number): void {
    this.frame = 0;
    if (this.playing) {
      const passed_ms = Math.min(Math.max(time_ms - this.last_ms, 0), LONGEST_FRAME_MS) * this.speed + this.rest_ms;
      this.last_ms = time_ms;
      this.rest_ms = passed_ms % 1;
      this.now_ms = Math.min(this.now_ms + Math.floor(passed_ms), this.end_ms);
      if (this.now_ms >= this.end_ms) this.pause();
      else this.wake();
    }
    this.moved();
  }
}
