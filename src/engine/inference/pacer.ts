/** How much work goes to the GPU at a time: enough that looks cost little, little enough that a stop is heard soon. */

/** A stop waits for at most about this long. */
const LOOK_MS = 50

export class Pacer {
  private msPerUnit = LOOK_MS

  /** Units of work until the next look, at least 1. */
  get units(): number {
    return Math.max(1, Math.floor(LOOK_MS / this.msPerUnit))
  }

  /** Told how long the last units took. A slower adapter is believed at once, a faster one by halves. */
  took(ms: number, units: number): void {
    const latest = Math.max(ms, 0.01) / units
    this.msPerUnit = Math.max(latest, (latest + this.msPerUnit) / 2)
  }
}
