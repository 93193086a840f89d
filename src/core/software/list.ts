import type { Selector, Severity } from '../baseline.ts'
import type { LocalText } from '../text.ts'
import type { VersionScheme } from '../versions/index.ts'

/** For whom an entry holds: people who administer the component (管理業務従事者), or everybody else who uses it. */
export const softwareRoles = ['administrator', 'user'] as const
export type SoftwareRole = (typeof softwareRoles)[number]

/**
 * What an entry takes. Every given part must hold; an entry without any part takes nothing. Globs know `*` (any text)
 * and `?` (one character), and are compared NFKC and case-folded.
 */
export interface SoftwareMatch {
  /** Of a package without its architecture: `libc6`, not `libc6:amd64`. */
  readonly name?: string
  /** Publisher, vendor or maintainer. */
  readonly publisher?: string
  readonly origin?: string
  readonly path?: string
  /** Lower-case hexadecimal. */
  readonly sha256?: string
  /** Whether it is one of the distribution's own packages. */
  readonly baseSystem?: boolean
  /** Package formats: `deb`, `rpm`, `pip`, `file` … */
  readonly format?: readonly string[]
}

/** Versions that an entry takes; all given bounds must hold. */
export interface VersionRange {
  /** Without it: the ordering of the package's own format; a format without one leaves the answer unknown. */
  readonly scheme?: VersionScheme
  readonly atLeast?: string
  readonly above?: string
  readonly atMost?: string
  readonly below?: string
  readonly equals?: string
}

/** One line of a software list (design section 6). */
export interface SoftwareEntry {
  readonly id: string
  /** 許可 / 禁止. Deny beats allow. */
  readonly status: 'allow' | 'deny'
  /** 有効 / 廃止. A retired entry counts for nothing. */
  readonly state: 'active' | 'retired'
  readonly match: SoftwareMatch
  readonly versions?: VersionRange
  /** Globs on a component's platform: `linux`, or more exactly `linux/debian-*`. */
  readonly platform?: readonly string[]
  readonly components?: Selector
  readonly role?: SoftwareRole
  /** Why it is listed, or under which condition it may be used. */
  readonly reason: string
  /** Last day it holds, a Japanese day: `2026-12-31`. After it an allow entry allows nothing; a deny entry stays in force. */
  readonly validUntil?: string
  /** Day of registration. */
  readonly registeredOn?: string
  readonly approvedBy?: string
  readonly note?: string
  /** Where it stands: `lists/servers.csv:12`. */
  readonly at: string
}

/** A whitelist, a blacklist, or both in one (ホワイトリスト / ブラックリスト). */
export interface SoftwareList {
  readonly id: string
  readonly version: number
  readonly title: LocalText
  /** SHA-256 of the files that it was read from, in hex. */
  readonly hash: string
  /** What becomes of software that no entry takes: a whitelist forbids it, a blacklist accepts it. */
  readonly unlisted: 'forbidden' | 'accepted'
  readonly severity: { readonly unlisted: Severity; readonly forbidden: Severity }
  /** Clauses that it answers. */
  readonly controls: readonly string[]
  readonly entries: readonly SoftwareEntry[]
}

/** A list as a configuration uses it. */
export interface UsedSoftwareList {
  readonly list: SoftwareList
  /** Components that it is held against; all of them without it. */
  readonly for?: Selector
  /** Who uses these components; both without it. */
  readonly role?: SoftwareRole
}
