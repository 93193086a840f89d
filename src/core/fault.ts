import type { LocalText } from './text.ts'

/** Literal codes of faults, and the exit code each leads to (design section 7). */
export const faultExitCodes = {
  internal: 1,
  usage: 10,
  configuration: 10,
  'nothing-to-do': 10,
  locked: 11,
  key: 12,
  output: 13,
  unreachable: 3,
  denied: 3,
  /** A credential was refused: nobody may try it again in this run (design law 9). */
  rejected: 3,
  timeout: 3,
} as const
export type FaultCode = keyof typeof faultExitCodes

/** The system's own name of what went wrong (`EACCES`), of an error that has one. */
export const systemCode = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined

/** The one error that seisa throws on purpose: what happened, where, and what to do next. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly what: LocalText
  readonly next: LocalText | undefined

  constructor(code: FaultCode, what: LocalText, options: { next?: LocalText; cause?: unknown } = {}) {
    super(what.en, { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.what = what
    this.next = options.next
  }
}
