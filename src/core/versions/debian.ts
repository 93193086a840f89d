// Order of Debian package versions, as Debian Policy 5.6.12 and deb-version(7) define it.

/** Weight of one character outside digits: `~` before the end of the part, the end before letters, letters before the rest. */
const weight = (character: string | undefined): number => {
  if (character === undefined || isDigit(character)) return 0
  if (character === '~') return -1
  const code = character.codePointAt(0) ?? 0
  return /[A-Za-z]/.test(character) ? code : code + 0x20_0000
}

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9'

/** Compares two runs of digits of any length by value. */
export function compareDigits(left: string, right: string): number {
  const a = left.replace(/^0+/, '')
  const b = right.replace(/^0+/, '')
  if (a.length !== b.length) return a.length < b.length ? -1 : 1
  return a === b ? 0 : a < b ? -1 : 1
}

/** Compares an upstream version or a revision. */
function compareParts(left: string, right: string): number {
  const a = [...left]
  const b = [...right]
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = weight(a[i]) - weight(b[j])
      if (difference !== 0) return Math.sign(difference)
      i += 1
      j += 1
    }
    const startA = i
    const startB = j
    while (isDigit(a[i])) i += 1
    while (isDigit(b[j])) j += 1
    const order = compareDigits(a.slice(startA, i).join(''), b.slice(startB, j).join(''))
    if (order !== 0) return order
  }
  return 0
}

function split(version: string): { epoch: string; upstream: string; revision: string } {
  const trimmed = version.trim()
  const colon = trimmed.indexOf(':')
  const epoch = colon > 0 && /^\d+$/.test(trimmed.slice(0, colon)) ? trimmed.slice(0, colon) : '0'
  const rest = colon > 0 && /^\d+$/.test(trimmed.slice(0, colon)) ? trimmed.slice(colon + 1) : trimmed
  const dash = rest.lastIndexOf('-')
  return dash < 0
    ? { epoch, upstream: rest, revision: '' }
    : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) }
}

/**
 * Negative, zero or positive, like `dpkg --compare-versions`. Any text has a place; a missing epoch is 0
 * and a missing revision equals revision 0.
 */
export function compareDebian(left: string, right: string): number {
  const a = split(left)
  const b = split(right)
  return compareDigits(a.epoch, b.epoch) || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision)
}
