import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import type { Allowance, CollectorCommand } from './command.ts'
import { runLocally } from './local.ts'

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const script = (text: string, ...words: readonly string[]): CollectorCommand => ({
  kind: 'script',
  text,
  arguments: words,
})
const allowing = (command: CollectorCommand, ...words: readonly string[]): Allowance => ({
  scripts: new Set(command.kind === 'script' ? [hashOf(command.text)] : []),
  arguments: new Set(words),
})

interface Outcome {
  readonly output: string
  readonly fault?: Fault
}

/** Output and fault of a command. `seen` is called with the output so far. */
async function run(
  command: CollectorCommand,
  options: {
    allowance?: Allowance
    signal?: AbortSignal
    maximumBytes?: number
    seen?: (output: string) => void
  } = {},
): Promise<Outcome> {
  const parts: Uint8Array[] = []
  try {
    const allowance = options.allowance ?? allowing(command, ...command.arguments)
    const signal = options.signal ?? new AbortController().signal
    for await (const chunk of runLocally(command, allowance, {
      signal,
      maximumBytes: options.maximumBytes ?? 1_000_000,
    })) {
      parts.push(chunk)
      options.seen?.(Buffer.concat(parts).toString())
    }
  } catch (cause) {
    if (cause instanceof Fault) return { output: Buffer.concat(parts).toString(), fault: cause }
    throw cause
  }
  return { output: Buffer.concat(parts).toString() }
}

/** Whether a process runs: not gone, and not a zombie that nobody waited for. */
const isRunning = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const gone = async (pids: readonly number[]): Promise<boolean> => {
  const until = performance.now() + 5000
  while (pids.some(isRunning) && performance.now() < until) await new Promise((done) => setImmediate(done))
  return !pids.some(isRunning)
}

const numbers = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).map(Number)

describe('the local transport', () => {
  it('gives the output of the allowed script', async () => {
    expect(await run(script('printf "%s|" "$@" 日本語', '--deep'))).toEqual({ output: '--deep|日本語|' })
  })

  it('runs no other script, even one that differs by a blank', async () => {
    const allowed = allowing(script('echo yes'))
    const { output, fault } = await run(script('echo yes '), { allowance: allowed })
    expect([output, fault?.code]).toEqual(['', 'usage'])
  })

  it('passes no other argument', async () => {
    for (const other of ['; touch /tmp/x', '--simulate-upgrade']) {
      const command = script('echo "$@"', '--deep', other)
      expect((await run(command, { allowance: allowing(command, '--deep') })).fault?.code, other).toBe('usage')
    }
    // also where somebody allowed one that a shell would read
    const wild = script('echo "$@"', '--deep;id')
    expect((await run(wild, { allowance: allowing(wild, '--deep;id') })).fault?.code).toBe('usage')
  })

  it('runs only a plain absolute path through sudo', async () => {
    for (const path of ['collect', '/opt/a b', '/bin/sh -c id', '-u', '/opt/$(id)', '']) {
      const { fault } = await run({ kind: 'sudo', path, arguments: [] })
      expect(fault?.code, path).toBe('usage')
    }
  })

  it('hands on nothing of our environment', async () => {
    process.env['SEISA_TEST_SECRET'] = 'canary'
    try {
      const { output } = await run(script('env'))
      expect(output).not.toContain('canary')
      expect(output).not.toMatch(/^(HOME|USER|NODE\w*|ENV|BASH_ENV)=/m)
    } finally {
      delete process.env['SEISA_TEST_SECRET']
    }
  })

  it('keeps bytes as they are', async () => {
    const chunks: Uint8Array[] = []
    const command = script("printf '\\377\\000\\216'")
    const options = { signal: new AbortController().signal, maximumBytes: 100 }
    for await (const chunk of runLocally(command, allowing(command), options)) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0xff, 0, 0x8e]))
  })

  it('ends the whole process group when the time is up', async () => {
    const limit = new AbortController()
    const { output, fault } = await run(script('sleep 600 & echo $$ $!; wait'), {
      signal: limit.signal,
      seen: () => limit.abort(new DOMException('too long', 'TimeoutError')),
    })
    expect(fault?.code).toBe('timeout')
    expect(fault?.what.en).toContain('time limit')
    expect(numbers(output)).toHaveLength(2)
    expect(await gone(numbers(output))).toBe(true)
  })

  it('does not wait for what the script left running with its output open', async () => {
    const limit = new AbortController()
    const { output, fault } = await run(script('setsid sleep 600 & echo $!; exit 0'), {
      signal: limit.signal,
      seen: () => limit.abort('SIGTERM'),
    })
    expect(fault?.what.en).toContain('interrupted')
    const [pid = 0] = numbers(output)
    // it left the group: nobody but its own user can end it
    if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  })

  it('starts nothing once aborted', async () => {
    expect((await run(script('echo x'), { signal: AbortSignal.abort('SIGINT') })).fault?.code).toBe('timeout')
  })

  it('ends endless output at its limit', async () => {
    const { output, fault } = await run(script('echo $$; yes'), { maximumBytes: 200_000 })
    expect(fault?.code).toBe('unreachable')
    expect(output.length).toBeLessThan(600_000)
    expect(await gone(numbers(output.slice(0, 20)).slice(0, 1))).toBe(true)
  })

  it('ends the command when its reader stops', async () => {
    const command = script('echo $$; yes')
    const options = { signal: new AbortController().signal, maximumBytes: 1_000_000 }
    let pid = 0
    for await (const chunk of runLocally(command, allowing(command), options)) {
      pid = numbers(Buffer.from(chunk).toString())[0] ?? 0
      break
    }
    expect(pid).toBeGreaterThan(1)
    expect(await gone([pid])).toBe(true)
  })

  it('calls a script that fails unreachable, and says the first line of its error', async () => {
    const { output, fault } = await run(script('echo before; echo "no such thing" >&2; echo more >&2; exit 7'))
    expect(output).toBe('before\n')
    expect(fault?.code).toBe('unreachable')
    expect(fault?.what.en).toMatch(/exit code 7: no such thing$/)
  })

  it('calls a script that was killed unreachable', async () => {
    expect((await run(script('kill -9 $$'))).fault?.code).toBe('unreachable')
  })
})
