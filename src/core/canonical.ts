import { hash } from 'node:crypto'

/**
 * JSON with the keys of every map in code-unit order and nothing left out by chance: equal content gives equal
 * text, however it was written. Undefined members are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** SHA-256 of the canonical form, hexadecimal. */
export const digest = (value: unknown): string => hash('sha256', canonicalJson(value), 'hex')
