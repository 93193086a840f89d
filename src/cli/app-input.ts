import { StringDecoder } from 'node:string_decoder'
import { setTimeout } from 'node:timers/promises'
import { Fault } from '../core/fault.ts'
import type { Input, Output } from './app.ts'

/** What a terminal as input can do; `process.stdin` is one. */
export interface TerminalInput {
  readonly isTTY?: boolean
  setRawMode?(on: boolean): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'end' | 'error', listener: () => void): unknown
  off(event: 'data', listener: (chunk: Buffer) => void): unknown
  off(event: 'end' | 'error', listener: () => void): unknown
  resume(): unknown
  pause(): unknown
}

/**
 * Asks on a terminal, one line at a time. A hidden answer is read in raw mode, so that it is never shown;
 * `interrupt` is called when the user types Ctrl-C there, as the terminal would have done.
 */
export function terminalInput(stdin: TerminalInput, output: Output, interrupt: () => void): Input {
  const isTTY = stdin.isTTY === true
  return {
    isTTY,
    ask: async (prompt, { hidden = false, signal }) => {
      if (!isTTY) throw new Fault('usage', noTerminal)
      const raw = hidden && stdin.setRawMode !== undefined
      if (raw) stdin.setRawMode?.(true)
      try {
        await discard(stdin)
        await output.write(prompt)
        return await lineFrom(stdin, new LineReader(raw), interrupt, signal)
      } finally {
        if (raw) {
          stdin.setRawMode?.(false)
          await output.write('\n')
        }
        stdin.pause()
      }
    },
  }
}

/** What was typed before the question was there can be no answer to it. */
async function discard(stdin: TerminalInput): Promise<void> {
  const drop = (): void => undefined
  stdin.on('data', drop)
  stdin.resume()
  await setTimeout(typedAheadMilliseconds)
  stdin.pause()
  stdin.off('data', drop)
}

/** A terminal gives what it holds at once. */
const typedAheadMilliseconds = 30

async function lineFrom(
  stdin: TerminalInput,
  line: LineReader,
  interrupt: () => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const decoder = new StringDecoder('utf8')
  const take = (text: string): void => {
    const end = line.take(text)
    if (end === 'interrupt') interrupt()
    else if (end) resolve(end === 'end' && line.text === '' ? undefined : line.text)
  }
  const onData = (chunk: Buffer): void => take(decoder.write(chunk))
  const onEnd = (): void => resolve(undefined)
  const onAbort = (): void => reject(new Fault('usage', interruptedText))
  stdin.on('data', onData)
  stdin.on('end', onEnd)
  stdin.on('error', onEnd)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) onAbort()
    stdin.resume()
    return await promise
  } finally {
    stdin.off('data', onData)
    stdin.off('end', onEnd)
    stdin.off('error', onEnd)
    signal.removeEventListener('abort', onAbort)
  }
}

/** One line as it is typed. In raw mode nobody else reads the keys that edit it. */
class LineReader {
  readonly #raw: boolean
  #characters: string[] = []

  constructor(raw: boolean) {
    this.#raw = raw
  }

  get text(): string {
    return this.#characters.join('')
  }

  /** Tells how the line ended, once it did. */
  take(text: string): 'line' | 'end' | 'interrupt' | undefined {
    for (const character of text) {
      if (character === '\n' || character === '\r') return 'line'
      if (!this.#raw) this.#characters.push(character)
      else if (character === '\u0003') return 'interrupt'
      else if (character === '\u0004') return 'end'
      else if (character === '\u0015') this.#characters = []
      else if (character === '\u007f' || character === '\b') this.#characters.pop()
      else this.#characters.push(character)
    }
    return undefined
  }
}

const noTerminal = {
  ja: '標準入力が端末ではないので尋ねられない',
  en: 'there is no terminal to ask on: standard input is none',
}
const interruptedText = { ja: '中断された', en: 'interrupted' }
