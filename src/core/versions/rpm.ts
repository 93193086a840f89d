import { compareDigits } from './debian.ts'

// Order of RPM versions: rpm's manual, "Version comparison" (docs/man/rpm-version.7), with tilde and caret.

interface Step {
  readonly kind: 'tilde' | 'caret' | 'digits' | 'letters' | 'end'
  readonly text: string
}

/** Segments of a version; separators only divide. */
function segments(version: string): readonly Step[] {
  const found = version.match(/~|\^|[0-9]+|[A-Za-z]+/g) ?? []
  return found.map((text) => ({
    kind: text === '~' ? 'tilde' : text === '^' ? 'caret' : /^[0-9]/.test(text) ? 'digits' : 'letters',
    text,
  }))
}

const end: Step = { kind: 'end', text: '' }

/** Lowest first: a tilde comes before the end, a caret after it, letters before digits. */
const rank: Readonly<Record<Step['kind'], number>> = { tilde: 0, end: 1, caret: 2, letters: 3, digits: 4 }

/** Compares one version or one release, like rpm's `rpmvercmp`. */
export function compareRpmPart(left: string, right: string): number {
  const a = segments(left)
  const b = segments(right)
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const x = a[i] ?? end
    const y = b[i] ?? end
    if (x.kind !== y.kind) return rank[x.kind] < rank[y.kind] ? -1 : 1
    if (x.kind === 'digits') {
      const order = compareDigits(x.text, y.text)
      if (order !== 0) return order
    } else if (x.text !== y.text) {
      return x.text < y.text ? -1 : 1
    }
  }
  return 0
}

function split(version: string): { epoch: string; version: string; release: string | undefined } {
  const match = /^(?:(\d+):)?(.*)$/s.exec(version.trim())
  const rest = match?.[2] ?? ''
  const dash = rest.lastIndexOf('-')
  return dash < 0
    ? { epoch: match?.[1] ?? '0', version: rest, release: undefined }
    : { epoch: match?.[1] ?? '0', version: rest.slice(0, dash), release: rest.slice(dash + 1) }
}

/**
 * Negative, zero or positive for `[epoch:]version[-release]`. A missing epoch is 0. A missing release comes
 * before every release, so that the order stays total.
 */
export function compareRpm(left: string, right: string): number {
  const a = split(left)
  const b = split(right)
  const order = compareDigits(a.epoch, b.epoch) || compareRpmPart(a.version, b.version)
  if (order !== 0) return order
  if (a.release === undefined || b.release === undefined) {
    return a.release === b.release ? 0 : a.release === undefined ? -1 : 1
  }
  return compareRpmPart(a.release, b.release)
}
