import type { Reach } from './packet-filter.ts'

// How much of all packets a condition names. What names more than a sixteenth of the addresses or half of the
// ports isn't a rule for something, but a default by another name.

const smallestNamedPrefix = 4
const largestNamedPorts = 32_768

/** Of several conditions of one rule: as little as the narrowest. */
export function combineReach(reaches: readonly Reach[]): Reach {
  if (reaches.includes('narrow')) return 'narrow'
  if (reaches.includes('unknown')) return 'unknown'
  if (reaches.includes('broad')) return 'broad'
  return reaches.includes('interface') ? 'interface' : 'always'
}

/** Addresses, prefixes and ranges. */
export function addressReach(words: readonly string[], negated: boolean): Reach {
  if (negated) return 'broad'
  const wide = words.some((word) => {
    const length = /\/(\d+)$/.exec(word)?.[1]
    if (length !== undefined) return Number(length) < smallestNamedPrefix
    // a range counts as narrow only when its ends share their first part
    const [from = '', to] = word.split('-')
    return to !== undefined && from.split(/[.:]/)[0] !== to.split(/[.:]/)[0]
  })
  return wide ? 'broad' : 'narrow'
}

/** Ports: numbers, names, `from-to` and `from:to`. */
export function portReach(words: readonly string[], negated: boolean): Reach {
  if (negated) return 'broad'
  const total = words.reduce((sum, word) => {
    const range = /^(\d*)[-:](\d*)$/.exec(word)
    if (!range) return sum + 1
    return sum + (Number(range[2] === '' ? 65_535 : range[2]) - Number(range[1] ?? 0)) + 1
  }, 0)
  return total > largestNamedPorts ? 'broad' : 'narrow'
}

/** Transport protocols by name or number: all of TCP or UDP is broad, any other is named traffic. */
export function protocolReach(words: readonly string[], negated: boolean): Reach {
  const main = ['tcp', 'udp', 'all', '6', '17', '0', 'ip', 'ipv6']
  return negated || words.some((word) => main.includes(word)) ? 'broad' : 'narrow'
}
