/** Models in words. */
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { ModelPlan, Precision } from '../../posttrain/modelMemory'

export function familyName(config: ModelConfig): string {
  return config.model_type === 'llama' ? 'Llama' : 'Qwen3'
}

/** "596 M parameters", "4.02 B parameters", "19 600 parameters". */
export function parameterText(count: number): string {
  const [value, unit] = count >= 1e9 ? [count / 1e9, ' B'] : count >= 1e6 ? [count / 1e6, ' M'] : [count, '']
  const digits = unit === '' || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(value)}${unit} parameters`
}

/** Token ids as a researcher writes them: separated by commas or blanks. Null when it is not a list of ids. */
export function parseIds(text: string): number[] | null {
  const parts = text.split(/[\s,[\]]+/).filter(Boolean)
  const ids = parts.map(Number)
  return parts.length > 0 && parts.every((p, i) => /^\d+$/.test(p) && Number.isSafeInteger(ids[i])) ? ids : null
}

/** Seconds below a minute with one digit, milliseconds below a second. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

const PRECISION_NAMES: Readonly<Record<Precision, string>> = { f32: 'float32', f16: 'float16', int4: 'int4 (vocabulary int8)' }

export function precisionName(precision: Precision): string {
  return PRECISION_NAMES[precision]
}

/** What to try in turn when the researcher leaves it to the lab. @param dtypes of the files, as "BF16" or "F16, F32" */
export function automaticPrecisions(dtypes: string): readonly Precision[] {
  return dtypes.split(', ').includes('F32') ? ['f32', 'f16', 'int4'] : ['f16', 'int4']
}

export function computedBy({ engine, precision }: Pick<ModelPlan, 'engine' | 'precision'>): string {
  return engine === 'fused' ? `fused kernels, ${precisionName(precision)}` : 'reference ops, float32 (slow)'
}
