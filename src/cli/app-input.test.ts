import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { terminalInput } from './app-input.ts'
import type { Input } from './app.ts'

/** A terminal whose person types each answer, byte by byte, once the prompt is there; then `prompted` is called. */
function terminal(answers: readonly string[], { before = '', prompted = () => {} } = {}) {
  const screen: string[] = []
  const raw: boolean[] = []
  const rest = [...answers]
  let interrupted = 0
  const keyboard = new EventEmitter()
  let ahead = before
  const stdin = Object.assign(keyboard, {
    isTTY: true,
    setRawMode: (on: boolean) => raw.push(on),
    resume: () => {
      const typed = ahead
      ahead = ''
      if (typed !== '') keyboard.emit('data', Buffer.from(typed))
    },
    pause: () => undefined,
  })
  const input: Input = terminalInput(
    stdin,
    {
      isTTY: true,
      columns: 80,
      rows: 24,
      write: async (text) => {
        screen.push(String(text))
        const answer = rest.shift()
        setImmediate(() => {
          for (const byte of Buffer.from(answer ?? '')) keyboard.emit('data', Buffer.from([byte]))
          prompted()
        })
      },
    },
    () => interrupted++,
  )
  return { input, screen, raw, keyboard, interrupted: () => interrupted }
}
const { signal } = new AbortController()

describe('a question on the terminal', () => {
  it('is answered by a line', async () => {
    const { input, screen, raw } = terminal(['yes\n'])
    expect(await input.ask('Sure? ', { signal })).toBe('yes')
    expect([screen, raw]).toEqual([['Sure? '], []])
  })

  it('that is hidden is never shown, and the terminal is as before', async () => {
    const { input, screen, raw } = terminal(['パスワードxy\u007f\u007f\r'])
    expect(await input.ask('Password: ', { hidden: true, signal })).toBe('パスワード')
    expect(screen).toEqual(['Password: ', '\n'])
    expect(raw).toEqual([true, false])
  })

  it('takes keys that edit, and multi-byte text in pieces', async () => {
    expect(await terminal(['wrong\u0015秘密\r']).input.ask('?', { hidden: true, signal })).toBe('秘密')
  })

  it('is not answered by what was typed before it was there', async () => {
    const { input } = terminal(['n\n'], { before: 'y\ny\ny\n' })
    expect(await input.ask('Enrol? ', { signal })).toBe('n')
  })

  it('has no answer at the end of the input', async () => {
    expect(await terminal(['\u0004']).input.ask('?', { hidden: true, signal })).toBeUndefined()
    const ending = terminal([], { prompted: () => ending.keyboard.emit('end') })
    expect(await ending.input.ask('?', { signal })).toBeUndefined()
  })

  it('ends with an interruption, and gives the terminal back', async () => {
    const abort = new AbortController()
    const { input, raw, interrupted } = terminal(['abc\u0003'], { prompted: () => abort.abort() })
    await expect(input.ask('?', { hidden: true, signal: abort.signal })).rejects.toMatchObject({ code: 'usage' })
    expect([raw, interrupted()]).toEqual([[true, false], 1])
  })

  it('is not asked without a terminal', async () => {
    const { input } = terminal([])
    const none = terminalInput(
      Object.assign(new EventEmitter(), { isTTY: false, resume: () => undefined, pause: () => undefined }),
      { isTTY: false, columns: 80, rows: 24, write: () => Promise.reject(new Error('nothing may be written')) },
      () => undefined,
    )
    expect([none.isTTY, input.isTTY]).toEqual([false, true])
    await expect(none.ask('?', { signal })).rejects.toMatchObject({ code: 'usage' })
  })
})
