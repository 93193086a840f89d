import { isList, isObject, type Json } from './nftables-json.ts'

/** One value of a match as nft writes it: `10.0.0.0/8`, `8000-8010`, `22`. */
export function conditionText(value: Json): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (isList(value)) return value.map(conditionText).join(',')
  if (!isObject(value)) return ''
  const { prefix, range, concat, set } = value
  if (isObject(prefix)) return `${conditionText(prefix['addr'] ?? null)}/${conditionText(prefix['len'] ?? null)}`
  if (isList(range)) return range.map(conditionText).join('-')
  if (isList(concat)) return concat.map(conditionText).join(' . ')
  if (isList(set)) return `{ ${set.map(conditionText).join(', ')} }`
  return JSON.stringify(value)
}

function leftText(value: Json | undefined): string {
  if (!isObject(value)) return conditionText(value ?? null)
  const [kind = '', body = null] = Object.entries(value)[0] ?? []
  if (kind === 'concat' && isList(body)) return body.map(leftText).join(' . ')
  if (kind === '&' && isList(body)) return `${leftText(body[0])} & ${conditionText(body[1] ?? null)}`
  if (!isObject(body)) return `${kind} ${conditionText(body)}`
  if (kind === 'payload') return `${conditionText(body['protocol'] ?? null)} ${conditionText(body['field'] ?? null)}`
  if (kind === 'meta' || kind === 'ct') return `${kind} ${conditionText(body['key'] ?? null)}`
  return `${kind} ${JSON.stringify(body)}`
}

/** A rule as a person would write it, from its JSON. Counters are left out: they change from scan to scan. */
export function statementText(expressions: readonly Json[]): string {
  const parts: string[] = []
  for (const one of expressions) {
    if (!isObject(one)) continue
    const [kind = '', body = null] = Object.entries(one)[0] ?? []
    if (kind === 'counter' || kind === 'quota' || kind === 'last') continue
    if (kind === 'match' && isObject(body)) {
      const op = body['op'] === '==' || body['op'] === 'in' ? ' ' : ` ${conditionText(body['op'] ?? null)} `
      parts.push(`${leftText(body['left'])}${op}${conditionText(body['right'] ?? null)}`)
    } else if (kind === 'vmap' && isObject(body)) {
      const data = body['data'] ?? null
      const entries = isObject(data) && isList(data['set']) ? data['set'] : undefined
      parts.push(
        entries
          ? `${leftText(body['key'])} vmap { ${entries.map((entry) => (isList(entry) ? `${conditionText(entry[0] ?? null)} : ${statementText([entry[1] ?? null])}` : '')).join(', ')} }`
          : `${leftText(body['key'])} vmap ${conditionText(data)}`,
      )
    } else if (body === null) parts.push(kind)
    else if (isObject(body) && typeof body['target'] === 'string') parts.push(`${kind} ${body['target']}`)
    else parts.push(`${kind} ${JSON.stringify(body)}`)
  }
  return parts.join(' ')
}
