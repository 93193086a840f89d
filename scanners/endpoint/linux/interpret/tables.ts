import type { EvidenceRef, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'

/** Why a table may lack rows. */
export interface Missing {
  readonly why: LocalText
  readonly needs?: LocalText
}

/** A table sorted by key. Rows that share a key get a number, in the order they came. */
export function tableOf(
  type: string,
  rows: readonly Row[],
  evidence: readonly EvidenceRef[],
  missing?: Missing,
): Table {
  const counts = new Map<string, number>()
  const unique = rows.map((row) => {
    const count = (counts.get(row.key) ?? 0) + 1
    counts.set(row.key, count)
    return count === 1 ? row : { ...row, key: `${row.key}#${count}` }
  })
  const sorted = unique.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  if (!missing) return { type, rows: sorted, complete: true, evidence }
  return {
    type,
    rows: sorted,
    complete: false,
    why: missing.why,
    ...(missing.needs && { needs: missing.needs }),
    evidence,
  }
}

/** ISO 8601 of seconds since 1970; undefined outside of years 1970–9999. */
export function instantOf(seconds: number | undefined): string | undefined {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds <= 0 || seconds > 253402300799) return undefined
  return new Date(Math.trunc(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}

/** Instant of a date text (RFC 5322, ISO 8601) that names its time zone. */
export function instantOfText(text: string): string | undefined {
  if (!/(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$/.test(text)) return undefined
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? undefined : instantOf(milliseconds / 1000)
}

/** Instant as systemctl prints it, `Thu 2026-11-19 06:25:01 UTC` (the collector sets the zone). */
export const instantOfSystemd = (text: string): string | undefined =>
  instantOfText(text.replace(/^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/, '$1T$2Z'))
