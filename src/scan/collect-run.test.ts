import { describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import { openCollectRun } from './collect-run.ts'
import { collectRunWith } from './testing/collect-run.ts'

const text = { ja: '試験', en: 'test' }
const signal = new AbortController().signal

/** A use of one password whose outcome the test decides. */
function use(target: string, log: string[], password = 'one') {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // of a use that never comes nobody hears
  promise.catch(() => undefined)
  const attempt = (): Promise<string> => {
    log.push(target)
    return promise
  }
  return { given: { account: 'svc', password, target, signal, attempt }, accept: () => resolve(target), fail: reject }
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a password of a run', () => {
  it('is used alone the first time, and by two at once when it was accepted', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b, c, d] = [use('a', log), use('b', log), use('c', log), use('d', log)]
    const running = [a, b, c, d].map((one) => passwords.attempt(one.given))
    await later()
    expect(log).toEqual(['a'])
    a.accept()
    await later()
    expect(log).toEqual(['a', 'b', 'c'])
    c.accept()
    await later()
    expect(log).toEqual(['a', 'b', 'c', 'd'])
    b.accept()
    d.accept()
    expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('that one host accepts and all others refuse reaches two of them', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const a = use('a', log)
    a.accept()
    await passwords.attempt(a.given)
    const others = Array.from({ length: 30 }, (_, index) => use(`other-${index}`, log))
    const running = others.map((one) => passwords.attempt(one.given))
    for (const one of others) one.fail(new Fault('rejected', text))
    const outcomes = await Promise.allSettled(running)
    expect(outcomes.every((one) => one.status === 'rejected' && one.reason.code === 'rejected')).toBe(true)
    expect(log).toEqual(['a', 'other-0', 'other-1'])
  })

  it('that was sent first to a host that asks for more is in doubt, and not tried again', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b] = [use('a', log), use('b', log)]
    a.fail(new Fault('denied', text))
    await expect(passwords.attempt(a.given)).rejects.toThrow('test')
    await expect(passwords.attempt(b.given)).rejects.toThrow('a did not say whether')
    expect(log).toEqual(['a'])
  })

  it('that was accepted before is in no doubt where one host asks for more', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b, c] = [use('a', log), use('b', log), use('c', log)]
    a.accept()
    await passwords.attempt(a.given)
    b.fail(new Fault('denied', text))
    await expect(passwords.attempt(b.given)).rejects.toThrow('test')
    c.accept()
    expect(await passwords.attempt(c.given)).toBe('c')
  })

  it('is never tried again after one refusal, whoever waits or comes later', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b, c] = [use('a', log), use('b', log), use('c', log)]
    const running = [a, b].map((one) => passwords.attempt(one.given))
    a.fail(new Fault('rejected', text))
    const outcomes = await Promise.allSettled([...running, passwords.attempt(c.given)])
    expect(log).toEqual(['a'])
    expect(outcomes.map((one) => one.status === 'rejected' && one.reason.code)).toEqual([
      'rejected',
      'rejected',
      'rejected',
    ])
    expect(String(outcomes[2]?.status === 'rejected' && outcomes[2].reason.message)).toContain('a refused')
  })

  it('is refused for all when a later use of an accepted one is refused', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b, c] = [use('a', log), use('b', log), use('c', log)]
    a.accept()
    await passwords.attempt(a.given)
    b.fail(new Fault('rejected', text))
    await expect(passwords.attempt(b.given)).rejects.toThrow('test')
    await expect(passwords.attempt(c.given)).rejects.toThrow('b refused')
    expect(log).toEqual(['a', 'b'])
  })

  it('goes to the next one when the first use ended without an answer to it', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b] = [use('a', log), use('b', log)]
    const first = passwords.attempt(a.given)
    const second = passwords.attempt(b.given)
    a.fail(new Fault('unreachable', text))
    await expect(first).rejects.toThrow('test')
    b.accept()
    expect(await second).toBe('b')
    expect(log).toEqual(['a', 'b'])
  })

  it('says nothing about another password or account', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b] = [use('a', log), use('b', log, 'two')]
    a.fail(new Fault('rejected', text))
    await expect(passwords.attempt(a.given)).rejects.toThrow()
    b.accept()
    expect(await passwords.attempt(b.given)).toBe('b')
    const [c] = [use('c', log)]
    c.accept()
    expect(await passwords.attempt({ ...c.given, account: 'other' })).toBe('c')
  })

  it('is not waited for beyond the time limit', async () => {
    const { passwords } = collectRunWith()
    const log: string[] = []
    const [a, b] = [use('a', log), use('b', log)]
    const first = passwords.attempt(a.given)
    const ended = new AbortController()
    const second = passwords.attempt({ ...b.given, signal: ended.signal })
    ended.abort()
    await expect(second).rejects.toMatchObject({ code: 'timeout' })
    a.accept()
    await first
    expect(log).toEqual(['a'])
  })
})

describe('a run', () => {
  it('resolves a reference once and remembers its value as a secret', async () => {
    let asked = 0
    const run = openCollectRun({
      folder: '/',
      env: {},
      resolve: async (_, secrets) => {
        asked += 1
        secrets.add('s3cret')
        return 's3cret'
      },
    })
    expect(await Promise.all([run.credential('env:A'), run.credential('env:A')])).toEqual(['s3cret', 's3cret'])
    expect(asked).toBe(1)
    expect([...run.secrets]).toEqual(['s3cret'])
  })

  it('closes everything at its end, whatever fails', async () => {
    const run = collectRunWith()
    const closed: string[] = []
    run.atEnd(() => {
      closed.push('a')
      throw new Error('a')
    })
    run.atEnd(async () => void closed.push('b'))
    await run.end()
    expect(closed).toEqual(['a', 'b'])
  })
})
