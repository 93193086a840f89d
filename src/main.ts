import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { json } from '../reports/json/index.ts'
import { terminal } from '../reports/terminal/index.ts'
import { collectorScript } from '../scanners/endpoint/linux/collector.ts'
import { endpoint } from '../scanners/endpoint/index.ts'
import type { App, Input, Output } from './cli/app.ts'
import { terminalInput } from './cli/app-input.ts'
import { runProgram } from './cli/program.ts'
import { Fault, faultExitCodes } from './core/fault.ts'
import { packageRoot } from './package-root.ts'
import { chooseLanguage } from './text/language.ts'

// A lost promise must not look like success: 1 until a command says otherwise.
process.exitCode = faultExitCodes.internal

// Half of these look up names: a dead name server of one network must not hold up the others. Before their first use.
process.env['UV_THREADPOOL_SIZE'] ??= '40'

const version = (): string => {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : ''
}

/**
 * Waits until the text is handed over, so that a slow reader slows the writer and not the memory. A message
 * that can't be shown (`required: false`) changes nothing; a result that can't be written is a fault.
 */
const output = (stream: NodeJS.WriteStream, required: boolean): Output => ({
  isTTY: stream.isTTY === true,
  columns: stream.columns,
  rows: stream.rows,
  write: (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (cause) => {
        if (!cause || !required) resolve()
        else
          reject(new Fault('output', { ja: '標準出力に書けない', en: 'can not write to standard output' }, { cause }))
      })
    }),
})
// the callback of `write` tells; without a listener Node ends the process by itself
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

const words = process.argv.slice(2)
const askedLanguage =
  words.find((_, at) => words[at - 1] === '--lang') ?? words.find((word) => word.startsWith('--lang='))?.slice(7)

/** The folder that we stand in. One that was removed meanwhile still has its name: what lies in it isn't found, then. */
const currentFolder = (): string => {
  try {
    return process.cwd()
  } catch {
    return process.env['PWD'] ?? '/proc/self/cwd'
  }
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // the second time somebody really means it
    if (interrupted.signal.aborted) process.exit(signal === 'SIGTERM' ? 143 : 130)
    interrupted.abort(signal)
  })
}

const stderr = output(process.stderr, false)
let input: Input | undefined

const app: App = {
  version: version(),
  scanners: new Map([[endpoint.id, endpoint]]),
  reports: new Map([
    ['terminal', async () => terminal],
    ['json', async () => json],
    ['junit', async () => (await import('../reports/junit/index.ts')).junit],
    ['markdown', async () => (await import('../reports/markdown/index.ts')).markdown],
  ]),
  collectors: new Map([['linux', collectorScript]]),
  stdout: output(process.stdout, true),
  stderr,
  // made when asked: a process that never reads standard input must not hold it open
  get input() {
    input ??= terminalInput(process.stdin, stderr, () => process.kill(process.pid, 'SIGINT'))
    return input
  },
  env: process.env,
  cwd: currentFolder(),
  language: chooseLanguage(askedLanguage, process.env),
  now: () => new Date(),
  signal: interrupted.signal,
}

process.exitCode = await runProgram(app, words)
