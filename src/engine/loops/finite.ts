/** A step whose numbers are not numbers: the run stops before keeping anything of it. */
export class NotFinite extends Error {
  constructor(
    readonly metric: string,
    readonly step: number,
    value: number,
  ) {
    super(`${metric} became ${value} at step ${step}.`)
  }
}

/** Checked on the CPU after readback: shaders may assume that no NaN exists, so a check on the GPU can lie. */
export function assertFinite(values: Readonly<Record<string, number | null>>, step: number): void {
  for (const metric of ['loss', 'grad_norm']) {
    const value = values[metric]
    if (value !== null && value !== undefined && !Number.isFinite(value)) throw new NotFinite(metric, step, value)
  }
}
