import type { LocalText } from '../text.ts'
import type { CompiledEntry } from './compiled.ts'
import type { SoftwareRole, UsedSoftwareList } from './list.ts'
import { softwareRoles } from './list.ts'
import { matchEntry } from './match.ts'
import type { Blocked, SoftwareRow } from './row-view.ts'

/** An entry that might take a row, and what keeps that from being known. */
export interface OpenEntry {
  readonly entry: CompiledEntry
  readonly blocked: readonly Blocked[]
}

/** What the entries say of one row. */
export interface RowOutcome {
  /** The first entry that forbids it. */
  readonly denied?: CompiledEntry
  /** Entries that may forbid it. */
  readonly maybeDenied: readonly OpenEntry[]
  readonly allowed: 'yes' | 'no' | 'unknown'
  /** Entries that may allow it. */
  readonly maybeAllowed: readonly OpenEntry[]
  /** Entries that allow it to one role only, where both use the component. */
  readonly oneRole: readonly CompiledEntry[]
  /** Entries that would allow another version of it. */
  readonly otherVersion: readonly CompiledEntry[]
  /** Entries that would allow what lay in its place: the same path, another hash. */
  readonly otherContent: readonly CompiledEntry[]
  /** Entries that allowed it until they expired. */
  readonly expired: readonly CompiledEntry[]
  /** All entries that take it, expired ones too. */
  readonly taken: readonly CompiledEntry[]
}

/** Whether an entry's last day is over at an instant (milliseconds since 1970); nothing when that can't be said. */
export function isExpired(entry: CompiledEntry, instant: number): boolean | undefined {
  if (entry.endsAt === undefined) return false
  return Number.isNaN(instant) || Number.isNaN(entry.endsAt) ? undefined : instant >= entry.endsAt
}

/** Holds the entries that apply to a component against one of its rows. Deny beats allow, whatever the order. */
export function judgeRow(
  row: SoftwareRow,
  candidates: Iterable<CompiledEntry>,
  used: Pick<UsedSoftwareList, 'role'>,
  instant: number,
): RowOutcome {
  const roles: readonly SoftwareRole[] = used.role ? [used.role] : softwareRoles
  const allowedFor = new Set<SoftwareRole>()
  const maybeFor = new Set<SoftwareRole>()
  const allowing: CompiledEntry[] = []
  const maybeAllowed: OpenEntry[] = []
  const maybeDenied: OpenEntry[] = []
  const otherVersion: CompiledEntry[] = []
  const otherContent: CompiledEntry[] = []
  const expired: CompiledEntry[] = []
  const taken: CompiledEntry[] = []
  let denied: CompiledEntry | undefined
  for (const compiled of candidates) {
    const { status, role } = compiled.entry
    const match = matchEntry(compiled, row)
    if (match.answer === 'no') continue
    if (match.answer === 'yes') taken.push(compiled)
    if (status === 'deny') {
      if (match.answer === 'yes') denied ??= compiled
      if (match.answer === 'unknown') maybeDenied.push({ entry: compiled, blocked: match.blocked })
      continue
    }
    const over = isExpired(compiled, instant)
    if (match.answer === 'version' || match.answer === 'content') {
      if (over === false) (match.answer === 'version' ? otherVersion : otherContent).push(compiled)
      continue
    }
    if (over === true) {
      if (match.answer === 'yes') expired.push(compiled)
      continue
    }
    const unread = match.answer === 'unknown' ? match.blocked : []
    const blocked = over === undefined ? [...unread, { field: 'valid-until', why: noInstant }] : unread
    if (blocked.length > 0) maybeAllowed.push({ entry: compiled, blocked })
    else allowing.push(compiled)
    const known = blocked.length > 0 ? maybeFor : allowedFor
    for (const one of roles) if (role === undefined || role === one) known.add(one)
  }
  const surely = roles.every((role) => allowedFor.has(role))
  const perhaps = allowedFor.size > 0 || maybeFor.size > 0
  return {
    ...(denied && { denied }),
    maybeDenied,
    allowed: surely ? 'yes' : perhaps ? 'unknown' : 'no',
    maybeAllowed: surely ? [] : maybeAllowed,
    oneRole: surely ? [] : allowing,
    otherVersion,
    otherContent,
    expired,
    taken,
  }
}

const noInstant: LocalText = {
  ja: '観測した日時が分からず、期限と比べられない',
  en: 'when it was observed is not known, so it can not be held against the last day',
}
