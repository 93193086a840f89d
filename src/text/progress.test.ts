import { describe, expect, it } from 'vitest'
import { showProgress } from './progress.ts'

/** A terminal, a clock and timers that only move when told. */
function bench(given: { isTTY?: boolean; env?: Record<string, string>; rows?: number; total?: number } = {}) {
  let now = 0
  let written = ''
  let draws = 0
  const waiting = new Map<number, { at: number; callback: () => void }>()
  let next = 0
  const progress = showProgress({
    stream: {
      isTTY: given.isTTY ?? true,
      columns: 60,
      rows: given.rows ?? 24,
      write(text) {
        written += text
        draws++
      },
    },
    env: given.env ?? {},
    lang: 'en',
    color: false,
    unicode: true,
    total: given.total ?? 3,
    clock: () => now,
    later(callback, milliseconds) {
      const id = next++
      waiting.set(id, { at: now + milliseconds, callback })
      return () => waiting.delete(id)
    },
  })
  return {
    progress,
    take: () => {
      const text = written
      written = ''
      return text
    },
    draws: () => draws,
    advance(milliseconds: number) {
      now += milliseconds
      const due = [...waiting].filter(([, timer]) => timer.at <= now)
      for (const [id, timer] of due) {
        waiting.delete(id)
        timer.callback()
      }
    },
  }
}

describe('off a terminal', () => {
  it('writes one line at the end of each target and nothing before', () => {
    const { progress, take, advance } = bench({ isTTY: false })
    progress.event({ type: 'start', target: 'web-01' })
    progress.event({ type: 'phase', target: 'web-01', phase: { ja: '収集中', en: 'collecting' } })
    expect(take()).toBe('')
    advance(4200)
    progress.event({ type: 'done', target: 'web-01', state: 'ok' })
    expect(take()).toBe('✓ web-01 done (4 s)\n')
    progress.event({
      type: 'done',
      target: 'w\u001b[2J',
      state: 'denied',
      problem: { ja: '鍵が違う', en: 'wrong\nkey' },
    })
    expect(take()).toBe('✗ w\\u{1b}[2J denied wrong key\n')
    progress.close()
    expect(take()).toBe('')
  })

  it('does the same on CI, even where CI offers a terminal, and on a dumb terminal', () => {
    for (const env of [{ CI: 'true' }, { TERM: 'dumb' }]) {
      const { progress, take } = bench({ env })
      progress.event({ type: 'start', target: 'a' })
      progress.event({ type: 'done', target: 'a', state: 'partial' })
      expect(take()).toBe('? a partly read (0 s)\n')
    }
  })
})

describe('on a terminal', () => {
  it('shows running targets and counts, and gives the cursor back', () => {
    const { progress, take, advance } = bench()
    progress.event({ type: 'start', target: 'web-01' })
    advance(1000)
    progress.event({ type: 'phase', target: 'web-01', phase: { ja: '収集中', en: 'collecting' } })
    advance(100)
    const text = take()
    expect(text.startsWith('\u001b[?25l')).toBe(true)
    expect(text).toContain('Scanning 0/3 · 1 s')
    expect(text).toContain('  web-01  collecting  1 s\n')
    advance(100)
    progress.event({ type: 'done', target: 'web-01', state: 'ok' })
    take()
    progress.close()
    expect(take()).toBe('\u001b[1A\r\u001b[J\u001b[?25h')
    progress.close()
    expect(take()).toBe('')
  })

  it('draws at most ten times a second', () => {
    const { progress, draws, advance } = bench()
    for (let step = 0; step < 1000; step++) {
      progress.event({ type: 'start', target: `t${step}` })
      advance(1)
    }
    expect(draws()).toBeLessThanOrEqual(11)
    expect(draws()).toBeGreaterThanOrEqual(9)
  })

  it('goes on counting seconds while nothing happens', () => {
    const { progress, take, advance } = bench()
    progress.event({ type: 'start', target: 'slow' })
    take()
    advance(1000)
    advance(1000)
    expect(take()).toContain('slow  starting  2 s')
  })

  it('fits the height and says how many more are running', () => {
    const { progress, take, advance } = bench({ rows: 8 })
    for (let at = 0; at < 50; at++) progress.event({ type: 'start', target: `host-${at}` })
    take()
    advance(1000)
    const lines = take().split('\n').slice(0, -1)
    expect(lines.length).toBeLessThanOrEqual(7)
    expect(lines.at(-1)).toContain('and 46 more')
  })

  it('keeps the line of a target that failed', () => {
    const { progress, take, advance } = bench()
    progress.event({ type: 'start', target: 'fw' })
    progress.event({ type: 'done', target: 'fw', state: 'unreachable', problem: { ja: '応答なし', en: 'no answer' } })
    advance(100)
    expect(take()).toContain('✗ fw unreachable (0 s) no answer\n')
  })
})
