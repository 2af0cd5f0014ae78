/** Settings of AdamW that all runs share. */
export const ADAMW_DEFAULTS = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 } as const
