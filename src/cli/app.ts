import type { Report } from '../core/run.ts'
import type { Scanner } from '../core/scanner.ts'
import type { Language } from '../core/text.ts'

/** Where text goes. */
export interface Output {
  readonly write: (text: string | Uint8Array) => Promise<void>
  readonly isTTY: boolean
  readonly columns: number | undefined
  readonly rows: number | undefined
}

/** Where a person answers. */
export interface Input {
  readonly isTTY: boolean
  /**
   * One line, without its end; nothing at the end of the input. `hidden` keeps it from the screen.
   * @throws Fault `usage` without a terminal, or when aborted
   */
  readonly ask: (
    prompt: string,
    options: { readonly hidden?: boolean; readonly signal: AbortSignal },
  ) => Promise<string | undefined>
}

/** Everything that a command gets from outside: nothing reads the environment or a stream by itself. */
export interface App {
  readonly version: string
  readonly scanners: ReadonlyMap<string, Scanner>
  /** Reports by id, loaded when used. */
  readonly reports: ReadonlyMap<string, () => Promise<Report>>
  /** Collector scripts by platform, for `collect --print-script`, with the SHA-256 of their text. */
  readonly collectors: ReadonlyMap<string, () => { readonly text: string; readonly hash: string }>
  readonly stdout: Output
  readonly stderr: Output
  readonly input: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly language: Language
  readonly now: () => Date
  /** Aborted with the name of the signal. */
  readonly signal: AbortSignal
}
