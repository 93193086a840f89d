import { tmpdir } from 'node:os'
import { json } from '../../../reports/json/index.ts'
import { junit } from '../../../reports/junit/index.ts'
import { markdown } from '../../../reports/markdown/index.ts'
import { terminal } from '../../../reports/terminal/index.ts'
import { collectorScript } from '../../../scanners/endpoint/linux/collector.ts'
import { endpoint } from '../../../scanners/endpoint/index.ts'
import type { Scanner } from '../../core/scanner.ts'
import { chooseLanguage } from '../../text/language.ts'
import type { App, Input, Output } from '../app.ts'
import { runProgram } from '../program.ts'
import type { Ran } from './run.ts'

/** What a test may give the program instead of the usual. */
export interface Given {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly lang?: 'ja' | 'en'
  readonly now?: Date
  /** What is typed on the terminal, line by line; without it there is no terminal. */
  readonly answers?: readonly string[]
  /** In place of those of the program. */
  readonly scanners?: readonly Scanner[]
  readonly signal?: AbortSignal
}

/**
 * Runs a command line inside this process, for what needs no process of its own (a twentieth of the time). The
 * language comes from `--lang` as in `main.ts`.
 */
export async function command(
  words: readonly string[],
  given: Given = {},
): Promise<Pick<Ran, 'code' | 'stdout' | 'stderr'>> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const asked = words.find((_, at) => words[at - 1] === '--lang')
  const app: App = {
    version: '0.0.0',
    scanners: new Map((given.scanners ?? [endpoint]).map((scanner) => [scanner.id, scanner])),
    reports: new Map([terminal, json, junit, markdown].map((report) => [report.id, async () => report])),
    collectors: new Map([['linux', collectorScript]]),
    stdout: into(stdout),
    stderr: into(stderr),
    input: typing(given.answers, stderr),
    env: given.env ?? {},
    cwd: given.cwd ?? tmpdir(),
    language: chooseLanguage(asked ?? given.lang ?? 'en', {}),
    now: () => given.now ?? new Date(),
    signal: given.signal ?? new AbortController().signal,
  }
  const code = await runProgram(app, words)
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
}

function typing(answers: readonly string[] | undefined, screen: Buffer[]): Input {
  const rest = [...(answers ?? [])]
  return {
    isTTY: answers !== undefined,
    ask: async (prompt, { hidden }) => {
      const answer = rest.shift()
      screen.push(Buffer.from(`${prompt}${hidden === true ? '' : (answer ?? '')}\n`))
      return answer
    },
  }
}

const into = (pieces: Buffer[]): Output => ({
  isTTY: false,
  columns: undefined,
  rows: undefined,
  write: async (text) => void pieces.push(Buffer.from(text)),
})
