/** Values as YAML that PyYAML and OmegaConf read back the same: block style, texts quoted unless they are plain words. */

export type YamlValue = null | boolean | number | string | readonly YamlValue[] | { readonly [key: string]: YamlValue }

/** @param head comment lines above the document */
export function yaml(value: { readonly [key: string]: YamlValue }, head: readonly string[] = []): string {
  return `${head.map((line) => (line ? `# ${line}\n` : '#\n')).join('')}${block(value, 0)}`
}

function block(value: YamlValue, depth: number): string {
  const indent = '  '.repeat(depth)
  if (Array.isArray(value)) return value.map((item: YamlValue) => `${indent}- ${nested(item) ? block(item, depth + 1).trimStart() : `${scalar(item, depth + 1)}\n`}`).join('')
  return Object.entries(value as Readonly<Record<string, YamlValue>>)
    .map(([key, item]) => `${indent}${plain(key)}:${nested(item) ? `\n${block(item, depth + 1)}` : ` ${scalar(item, depth + 1)}\n`}`)
    .join('')
}

function nested(value: YamlValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function scalar(value: YamlValue, depth: number): string {
  if (typeof value === 'string') return value.includes('\n') ? literal(value, depth) : plain(value)
  if (typeof value === 'number') return number(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  return String(value)
}

/** PyYAML reads `1e-06` as text: the mantissa of an exponent must have a point. */
function number(value: number): string {
  const text = String(value)
  return /e/.test(text) && !text.includes('.') ? text.replace('e', '.0e') : text
}

/** A word that YAML takes for nothing else stays bare; `${…}` is an interpolation and stays bare too. */
function plain(text: string): string {
  const isWord = /^(?:[A-Za-z_][\w./-]*|\$\{[\w.]+\})$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isWord ? text : JSON.stringify(text)
}

function literal(text: string, depth: number): string {
  const indent = '  '.repeat(depth)
  return `|-\n${text.split('\n').map((line) => (line ? indent + line : '')).join('\n')}`
}
