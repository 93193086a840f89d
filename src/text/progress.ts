import type { ProgressEvent } from '../core/progress.ts'
import type { TargetState } from '../core/run.ts'
import type { Language, LocalText } from '../core/text.ts'
import { targetStateWords } from './messages.ts'
import { visible, visibleProse } from './safe.ts'
import { palette, type Symbols, symbols, type TerminalFacts } from './terminal.ts'
import { elapsedText } from './time.ts'
import { truncate } from './width.ts'

/** Where progress is written: standard error, never standard output. */
export interface ProgressStream extends TerminalFacts {
  write(text: string): unknown
}

/** What progress needs from outside. */
export interface ProgressOptions {
  readonly stream: ProgressStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly lang: Language
  readonly color: boolean
  readonly unicode: boolean
  /** Targets of the run. */
  readonly total: number
  /** Milliseconds that only go forward. */
  readonly clock: () => number
  /** Calls back once after so many milliseconds; what it returns takes the call back. */
  readonly later: (callback: () => void, milliseconds: number) => () => void
}

/** Shows how a run goes. */
export interface Progress {
  event(event: ProgressEvent): void
  /** Takes the window away and gives the cursor back. May be called again, also when the process ends. */
  close(): void
}

/** Words of the progress window. */
export const messages = {
  scanning: { ja: '精査中', en: 'Scanning' },
  waiting: { ja: '開始', en: 'starting' },
  more: (count: number): LocalText => ({ ja: `ほか${count}対象`, en: `and ${count} more` }),
} as const

const betweenDraws = 100
const betweenTicks = 1000

/** `setTimeout` as `later` wants it; a waiting redraw doesn't keep the process alive. */
export const laterByTimer: ProgressOptions['later'] = (callback, milliseconds) => {
  const timer = setTimeout(callback, milliseconds)
  timer.unref()
  return () => clearTimeout(timer)
}

/** A live window on a terminal; elsewhere (CI, a file, a dumb terminal) one line at the end of each target. */
export function showProgress(options: ProgressOptions): Progress {
  const { stream, env } = options
  const live = stream.isTTY === true && !env['CI'] && env['TERM'] !== 'dumb'
  return live ? liveWindow(options) : lineByLine(options)
}

interface Running {
  readonly since: number
  phase: LocalText
}

function lineByLine(options: ProgressOptions): Progress {
  const started = new Map<string, number>()
  return {
    event(event) {
      if (event.type === 'start') started.set(event.target, options.clock())
      if (event.type !== 'done') return
      const since = started.get(event.target)
      started.delete(event.target)
      options.stream.write(`${doneLine(options, event, since)}\n`)
    },
    close() {},
  }
}

const markOf = (state: TargetState, mark: Symbols): string =>
  state === 'ok' ? mark.pass : state === 'partial' ? mark.unknown : mark.fail

function doneLine(
  options: ProgressOptions,
  event: Extract<ProgressEvent, { type: 'done' }>,
  since: number | undefined,
): string {
  const { lang } = options
  const words = [
    markOf(event.state, symbols(options.unicode)),
    visible(event.target),
    targetStateWords[event.state][lang],
  ]
  if (since !== undefined) words.push(`(${elapsed(options, since)})`)
  if (event.problem) words.push(visibleProse(event.problem[lang]))
  return words.join(' ')
}

const elapsed = (options: ProgressOptions, since: number): string =>
  elapsedText(Math.max(0, Math.floor((options.clock() - since) / 1000)), options.lang)

/** Redraws one block of lines in place, at most ten times a second and at least once a second. */
function liveWindow(options: ProgressOptions): Progress {
  const { stream, clock, later } = options
  const begun = clock()
  const running = new Map<string, Running>()
  const ended: Record<TargetState, number> = { ok: 0, partial: 0, unreachable: 0, denied: 0 }
  let above: string[] = []
  let drawnLines = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  let takeBack: (() => void) | undefined
  let closed = false

  const erase = (): string => (drawnLines === 0 ? '' : `\u001b[${drawnLines}A\r\u001b[J`)

  function draw(): void {
    takeBack?.()
    const lines = windowLines(options, { begun, running, ended })
    const hideCursor = drawnAt === Number.NEGATIVE_INFINITY ? '\u001b[?25l' : ''
    stream.write(`${hideCursor}${erase()}${[...above, ...lines].map((line) => `${line}\n`).join('')}`)
    above = []
    drawnLines = lines.length
    drawnAt = clock()
    takeBack = later(draw, betweenTicks)
  }

  function drawSoon(): void {
    const wait = betweenDraws - (clock() - drawnAt)
    if (wait <= 0) {
      draw()
      return
    }
    takeBack?.()
    takeBack = later(draw, wait)
  }

  return {
    event(event) {
      if (closed) return
      const known = running.get(event.target)
      if (event.type === 'start') running.set(event.target, { since: clock(), phase: messages.waiting })
      else if (event.type === 'phase') {
        if (known) known.phase = event.phase
      } else {
        running.delete(event.target)
        ended[event.state]++
        if (event.state !== 'ok') above.push(doneLine(options, event, known?.since))
      }
      drawSoon()
    },
    close() {
      if (closed) return
      closed = true
      takeBack?.()
      const rest = above.map((line) => `${line}\n`).join('')
      const showCursor = drawnAt === Number.NEGATIVE_INFINITY ? '' : '\u001b[?25h'
      if (rest !== '' || showCursor !== '') stream.write(`${erase()}${rest}${showCursor}`)
      drawnLines = 0
    },
  }
}

/** Counts, then as many running targets as fit, the longest-running first. */
function windowLines(
  options: ProgressOptions,
  state: { begun: number; running: ReadonlyMap<string, Running>; ended: Readonly<Record<TargetState, number>> },
): string[] {
  const { lang, stream } = options
  const mark = symbols(options.unicode)
  const color = palette(options.color)
  const columns = Math.max(20, (stream.columns ?? 80) - 1)
  const room = Math.max(1, (stream.rows ?? 24) - 3)
  const done = Object.values(state.ended).reduce((sum, count) => sum + count, 0)
  const states = (['ok', 'partial', 'unreachable', 'denied'] as const)
    .filter((name) => state.ended[name] > 0)
    .map((name) => `${targetStateWords[name][lang]} ${state.ended[name]}`)
  const head = [`${messages.scanning[lang]} ${done}/${options.total}`, ...states, elapsed(options, state.begun)]
  const entries = [...state.running]
  const shown = entries.length > room ? entries.slice(0, room - 1) : entries
  const lines = shown.map(([target, { since, phase }]) =>
    truncate(`  ${visible(target)}  ${visibleProse(phase[lang])}  ${elapsed(options, since)}`, columns, mark.ellipsis),
  )
  const rest = entries.length - shown.length
  if (rest > 0) lines.push(truncate(`  ${messages.more(rest)[lang]}`, columns, mark.ellipsis))
  return [color.bold(truncate(head.join(` ${mark.dot} `), columns, mark.ellipsis)), ...lines.map(color.dim)]
}
