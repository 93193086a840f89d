import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { AuthContext, Connection, ServerChannel } from 'ssh2'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../core/fault.ts'
import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { connect } from './connect.ts'
import { forwardedSocket } from './connect-socket.ts'
import { runRemotely } from './remote.ts'
import { runOnChannel } from './session.ts'
import { type Behaviour, hostileServer, type HostileServer, rawServer } from './testing/hostile.ts'
import { allowing, type Remote, remotely, script } from './testing/remote.ts'

const hello = script('echo hello')
const secrets = { 'env:PASSWORD': 'password-canary' }
const once = { tries: 1, firstMilliseconds: 1, longestMilliseconds: 1, random: () => 0 }

const started: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const stop of started.splice(0)) await stop()
})

const start = async (behaviour: Behaviour): Promise<HostileServer> => {
  const server = await hostileServer(behaviour)
  started.push(server.stop)
  return server
}
const raw = async (speak: (socket: Socket) => void): Promise<HostileServer['settings']> => {
  const server = await rawServer(speak)
  started.push(server.stop)
  return { ...server.settings, connectTimeoutSeconds: 1 }
}

/** Runs a command on a server that answers it so. */
const answered = async (
  answer: (channel: ServerChannel, socket: Socket) => void,
  options: Parameters<typeof remotely>[2] = {},
): Promise<Remote> => {
  const server = await start({ command: (accept, socket) => answer(accept(), socket) })
  return remotely(server.settings, hello, options)
}

/** A text as SSH writes it (RFC 4251 section 5). */
const sshText = (text: string): readonly number[] => [0, 0, 0, text.length, ...Buffer.from(text)]

/** Sends a packet that ssh2's own server would not. */
function sendPacket(connection: Connection, payload: readonly number[]): void {
  const protocol = Reflect.get(connection, '_protocol') as {
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number
        readonly alloc: (size: number) => Buffer
        readonly finalize: (packet: Buffer) => Buffer
      }
    }
    readonly _cipher: { readonly encrypt: (packet: Buffer) => void }
  }
  const { write } = protocol._packetRW
  const packet = write.alloc(payload.length)
  packet.set(payload, write.allocStart)
  protocol._cipher.encrypt(write.finalize(packet))
}

describe('what is asked of a server', () => {
  it('is one session and one command, and nothing else', async () => {
    const server = await start({
      command: (accept) => {
        const channel = accept()
        channel.resume().on('end', () => {
          channel.exit(0)
          channel.end('done')
        })
      },
    })
    const { output, fault } = await remotely(server.settings, script('id', '--deep'))
    expect([output, fault]).toEqual(['done', undefined])
    expect(server.asked).toEqual(['authentication none', 'session', 'exec /bin/sh -s -- --deep'])
  })

  it('is nothing of what the server would like to open', async () => {
    const refused: (string | undefined)[] = []
    const server = await start({
      ready: (connection) => {
        connection.x11('127.0.0.1', 6000, (error) => void refused.push(error?.message))
        connection.forwardOut('0.0.0.0', 80, '127.0.0.1', 9, (error) => void refused.push(error?.message))
        connection.openssh_forwardOutStreamLocal('/run/x', (error) => void refused.push(error?.message))
      },
      command: (accept) => {
        const channel = accept()
        channel.exit(0)
        channel.end('done')
      },
    })
    expect(await remotely(server.settings, hello)).toMatchObject({ output: 'done' })
    expect(refused).toHaveLength(3)
    for (const message of refused) expect(message).toContain('open failure')
  })
})

describe('an answer', () => {
  it('is whole when the exit status comes before the data', async () => {
    const { output, fault } = await answered((channel) => {
      channel.exit(0)
      channel.write('first ')
      setImmediate(() => channel.end('second'))
    })
    expect([output, fault]).toEqual(['first second', undefined])
  })

  it('is a failure without an exit status', async () => {
    const { output, fault } = await answered((channel) => channel.end('half an answer'))
    expect([output, fault?.code]).toEqual(['half an answer', 'unreachable'])
    expect(fault?.what.en).toContain('without saying how the collector ended')
  })

  it('is a failure when the connection ends, is reset or breaks in the middle of it', async () => {
    for (const end of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.write(Buffer.alloc(64)),
    ]) {
      const { output, fault } = await answered((channel, socket) => {
        channel.write('half')
        setTimeout(() => end(socket), 20)
      })
      expect([output, fault?.code]).toEqual(['half', 'unreachable'])
      expect(fault?.what.en).toMatch(/the connection to hostile was lost/)
    }
  })

  it('is a failure when the connection ends while our script is on its way, or just before', async () => {
    const large = script('#'.repeat(8_000_000))
    const server = await start({
      command: (accept, socket) => {
        accept()
        socket.resetAndDestroy()
      },
    })
    expect((await remotely(server.settings, large)).fault?.code).toBe('unreachable')
    const sudo = { kind: 'sudo', path: '/opt/x', arguments: [] } as const
    expect((await remotely(server.settings, sudo)).fault?.code).toBe('unreachable')
    const closing = await start({ ready: (_, socket) => socket.resetAndDestroy() })
    expect((await remotely(closing.settings, hello)).fault?.code).toBe('unreachable')
    const ending = await start({ ready: (connection) => connection.end() })
    expect((await remotely(ending.settings, hello)).fault?.code).toBe('unreachable')
  })

  it('is a failure, and no more, when the connection is lost before a slow reader has taken it', async () => {
    const lost = Promise.withResolvers<void>()
    const server = await start({
      command: (accept, socket) => {
        const channel = accept()
        channel.write(Buffer.alloc(8_000_000))
        setTimeout(() => socket.resetAndDestroy(), 100)
        socket.on('close', () => setTimeout(() => lost.resolve(), 50))
      },
    })
    const run = collectRunWith()
    const output = runRemotely(hello, allowing(hello), server.settings, {
      run,
      signal: AbortSignal.timeout(30_000),
      maximumBytes: 10_000_000,
    })
    await output.next()
    await lost.promise
    await expect(Array.fromAsync(output)).rejects.toMatchObject({ code: 'unreachable' })
    // what would go wrong goes wrong in a callback after that
    await delay(50)
  })

  it('ends at its limit, one line or many', async () => {
    const { bytes, fault } = await answered(
      (channel) => {
        const line = Buffer.alloc(1024 * 1024, 'x')
        const more = (): void => {
          while (channel.write(line));
        }
        channel.on('drain', more)
        more()
      },
      { maximumBytes: 5_000_000 },
    )
    expect(fault?.what.en).toContain('limit of 5000000 bytes')
    expect(bytes.length).toBeLessThan(6_000_000)
  })

  it('ends when there is too much on standard error, of which a message holds little', async () => {
    const flood = await answered(
      (channel) => {
        const noise = Buffer.alloc(1024 * 1024, 'x')
        const more = (): void => {
          while (channel.stderr.write(noise));
        }
        channel.stderr.on('drain', more)
        more()
      },
      { maximumBytes: 5_000_000 },
    )
    expect(flood.fault?.what.en).toContain('limit of 5000000 bytes')
    const noisy = await answered((channel) => {
      channel.stderr.write('x'.repeat(100_000))
      channel.exit(3)
      channel.end()
    })
    expect(noisy.fault?.what.en.length).toBeLessThan(300)
  })

  it('ends when it ignores what it was allowed to send, with little of it in memory', async () => {
    const server = await start({
      command: (accept, socket) => {
        const channel = accept()
        Reflect.set(Reflect.get(channel, 'outgoing') as object, 'window', 2 ** 40)
        // a size at which the window is never used up exactly
        const noise = Buffer.alloc(100_001)
        const more = (): void => {
          if (socket.destroyed) return
          if (channel.writable) channel.write(noise)
          setImmediate(more)
        }
        more()
      },
    })
    const run = collectRunWith()
    const output = runRemotely(hello, allowing(hello), server.settings, {
      run,
      signal: AbortSignal.timeout(30_000),
      maximumBytes: 2 ** 40,
    })
    await output.next()
    // nobody reads on for a while
    const before = process.memoryUsage().rss
    await delay(1500)
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
    await expect(
      (async () => {
        for await (const _ of output);
      })(),
    ).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('keeps sending more') as string })
  })

  it('ends when our side has too much to say that nobody reads', async () => {
    const server = await start({
      ready: (connection) => {
        const protocol = Reflect.get(connection, '_protocol') as { ping: () => void }
        // asks for an answer
        setTimeout(() => protocol.ping(), 50)
      },
    })
    const run = collectRunWith()
    const connection = await connect(server.settings, { run, signal: AbortSignal.timeout(30_000) })
    // filling the buffers of the kernel with small answers takes a quarter of a minute
    Object.defineProperty(connection.socket, 'writableLength', { value: 5_000_000 })
    const fault = await new Promise<Fault>((resolve) => connection.onEnd(resolve))
    expect(fault.what.en).toContain('does not take our answers')
  })

  it('ends with its time when the request for the command is never answered, or the script never taken', async () => {
    const silent = await start({ command: () => undefined })
    const { fault } = await remotely(silent.settings, hello, { signal: AbortSignal.timeout(300) })
    expect(fault?.code).toBe('timeout')
    const full = await start({ command: (accept) => void accept() })
    const large = script('#'.repeat(8_000_000))
    expect((await remotely(full.settings, large, { signal: AbortSignal.timeout(300) })).fault?.code).toBe('timeout')
  })

  it('ends half a minute after the other side went silent', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let peer: Socket | undefined
    const server = await start({
      command: (accept, socket) => {
        peer = socket
        accept().write('begun')
      },
    })
    const result = remotely(server.settings, hello, {
      seen: () => {
        // what comes in is not read any more, and so not answered
        peer?.removeAllListeners('data').pause()
        vi.advanceTimersByTime(31_000)
      },
    })
    const { output, fault } = await result
    expect([output, fault?.code]).toEqual(['begun', 'unreachable'])
    expect(fault?.what.en).toContain('Keepalive timeout')
  })
})

describe('a server that is none', () => {
  it.each<readonly [string, (socket: Socket) => void, RegExp]>([
    [
      'speaks another protocol',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /is not SSH: “HTTP\/1.1 400/,
    ],
    ['says nothing', () => undefined, /did not answer within 1 seconds/],
    ['closes at once', (socket) => socket.end(), /closed the connection before logging on/],
    ['resets at once', (socket) => socket.resetAndDestroy(), /closed the connection before logging on/],
    ['speaks SSH 1', (socket) => socket.end('SSH-1.5-old\r\n'), /./],
    ['breaks off', (socket) => socket.end('SSH-2.0-x\r\n'), /closed the connection before logging on/],
    ['says rubbish', (socket) => socket.end(`SSH-2.0-x\r\n${'\0'.repeat(500)}`), /key exchange/],
    [
      'floods us before it begins',
      (socket) => {
        const more = (): void => {
          while (!socket.destroyed && socket.write(`${'banner '.repeat(1000)}\r\n`));
        }
        socket.on('drain', more)
        more()
      },
      /is not SSH|did not answer|key exchange/,
    ],
  ])('and %s is unreachable, soon', async (_, speak, expected) => {
    const begun = performance.now()
    const { fault } = await remotely(await raw(speak), hello, { backOff: once })
    // whoever took the whole time is not asked again
    expect(fault?.code).toBe(fault?.what.en.includes('did not answer') ? 'timeout' : 'unreachable')
    expect(fault?.what.en).toMatch(expected)
    expect(performance.now() - begun).toBeLessThan(5000)
  })
})

it('a server that only talks compressed is refused: a packet of it may unpack to anything', async () => {
  for (const compress of ['zlib', 'zlib@openssh.com'] as const) {
    const server = await start({ algorithms: { compress: [compress] } })
    const { fault } = await remotely(server.settings, hello)
    expect(fault?.code).toBe('unreachable')
    expect(fault?.what.en).toMatch(/key exchange .* failed/)
    expect(server.asked).toEqual([])
  }
})

describe('a connection that is over', () => {
  it('runs nothing and leads nowhere, and says so once', async () => {
    const server = await start({})
    const run = collectRunWith()
    const { signal } = new AbortController()
    const connection = await connect(server.settings, { run, signal })
    connection.close()
    const unheard: unknown[] = []
    const hear = (cause: unknown): void => void unheard.push(cause)
    process.on('unhandledRejection', hear)
    try {
      const limits = { signal, maximumBytes: 1, secrets: run.secrets }
      await expect(runOnChannel(connection, 'id', '', limits).next()).rejects.toMatchObject({ code: 'unreachable' })
      const further = forwardedSocket(connection, server.settings, run.secrets, signal)
      await expect(further).rejects.toMatchObject({ code: 'unreachable' })
      await delay(0)
    } finally {
      process.off('unhandledRejection', hear)
    }
    expect(unheard).toEqual([])
  })
})

describe('a server and the password', () => {
  const settings = (server: HostileServer): HostileServer['settings'] => ({
    ...server.settings,
    password: 'env:PASSWORD',
    connectTimeoutSeconds: 1,
  })
  const methods = (context: AuthContext, then: () => void): void =>
    context.method === 'none' ? context.reject(['password', 'keyboard-interactive']) : then()

  it('that closes the connection instead of an answer has refused it', async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      const server = await start({ authentication: (context, socket) => methods(context, () => void end(socket)) })
      const run = collectRunWith(secrets)
      const { fault } = await remotely(settings(server), hello, { run })
      expect(fault?.code).toBe('rejected')
      expect(fault?.what.en).toContain('did not say whether')
      expect((await remotely(settings(server), hello, { run })).fault?.what.en).toContain('not tried again')
      expect(server.passwords).toEqual(['password-canary'])
    }
  })

  it('that never answers has refused it', async () => {
    const server = await start({ authentication: (context) => methods(context, () => undefined) })
    const { fault } = await remotely(settings(server), hello, { secrets })
    expect(fault?.code).toBe('rejected')
    expect(fault?.what.en).toContain('did not answer within 1 seconds')
  })

  it('may take its time while another one is asked about it first', async () => {
    const done = (accept: () => ServerChannel): void => {
      const channel = accept()
      channel.exit(0)
      channel.end('in')
    }
    const slow = await start({
      authentication: (context) => methods(context, () => void setTimeout(() => context.accept(), 1500)),
      command: done,
    })
    const other = await start({ authentication: (context) => methods(context, () => context.accept()), command: done })
    const run = collectRunWith(secrets)
    const first = remotely({ ...settings(slow), connectTimeoutSeconds: 20 }, hello, { run })
    while (slow.passwords.length === 0) await delay(10)
    expect(await remotely(settings(other), hello, { run })).toMatchObject({ output: 'in' })
    expect(await first).toMatchObject({ output: 'in' })
  })

  it('is not sent again by another method, nor after a refusal that asks for more', async () => {
    const server = await start({
      authentication: (context) => methods(context, () => context.reject(['keyboard-interactive', 'password'])),
    })
    const { fault } = await remotely(settings(server), hello, { secrets })
    expect(fault?.code).toBe('rejected')
    expect(server.asked).toEqual(['authentication none', 'authentication password'])
  })

  it.each([
    // RFC 4252 sections 5.1 and 8, RFC 4256 section 3.2
    ['refuses us', 51, [...sshText('password'), 0]],
    ['asks for a new one', 60, [...sshText('Change it!'), ...sshText('')]],
    ['asks a question', 60, [...sshText(''), ...sshText(''), ...sshText(''), 0, 0, 0, 1, ...sshText('Password:'), 0]],
  ])('is not sent to one that let us in and then %s', async (_, type, rest) => {
    const given: string[] = []
    let peer: Connection | undefined
    const server = await start({
      ready: (connection) => {
        peer = connection
        // ssh2's own server passes over whatever comes of this after it let somebody in
        const handlers: unknown = Reflect.get(Reflect.get(connection, '_protocol'), '_handlers')
        for (const name of ['USERAUTH_REQUEST', 'USERAUTH_INFO_RESPONSE'])
          Reflect.set(handlers as object, name, () => given.push(name))
        sendPacket(connection, [type, ...rest])
      },
      command: (accept) => {
        const channel = accept()
        // its refusal comes after whatever was sent before
        peer?.x11('127.0.0.1', 6000, () => {
          channel.exit(0)
          channel.end('in')
        })
      },
    })
    expect(await remotely(settings(server), hello, { secrets })).toMatchObject({ output: 'in' })
    expect(given).toEqual([])
  })

  it('is not asked for a new one', async () => {
    const server = await start({
      authentication: (context) =>
        methods(context, () => {
          if (context.method === 'password')
            context.requestChange('Please choose\u001b[2J a new password:', () => undefined)
        }),
    })
    const { fault } = await remotely(settings(server), hello, { secrets })
    expect(fault?.code).toBe('denied')
    expect(fault?.what.en).toContain('“Please choose\\u{1b}[2J a new password:”')
  })

  it('that repeats it sees it redacted', async () => {
    const server = await start({
      authentication: (context) => methods(context, () => context.accept()),
      command: (accept) => {
        const channel = accept()
        channel.stderr.write('your password is password-canary, thank you\n')
        channel.exit(1)
        channel.end()
      },
    })
    const { fault } = await remotely(settings(server), hello, { secrets })
    expect(fault?.what.en).toContain('your password is ***, thank you')
  })

  describe('asking questions', () => {
    type Round = readonly { readonly prompt: string; readonly echo: boolean }[]
    const secret = (prompt: string): Round => [{ prompt, echo: false }]
    /** Asks round by round, then accepts. */
    const asking = async (...rounds: readonly Round[]): Promise<{ server: HostileServer; answers: string[] }> => {
      const answers: string[] = []
      const server = await start({
        authentication: (context) => {
          if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
          const ask = (left: readonly Round[]): void => {
            const [round, ...others] = left
            if (!round) return context.accept()
            context.prompt([...round], (given) => {
              answers.push(...given)
              ask(others)
            })
          }
          ask(rounds)
        },
        command: (accept) => {
          const channel = accept()
          channel.exit(0)
          channel.end('in')
        },
      })
      return { server, answers }
    }

    it.each(['Password: ', 'パスワード: ', 'Mot de passe :', '', '?'])('%j gets the password', async (prompt) => {
      const { server, answers } = await asking([], secret(prompt), [])
      expect(await remotely(settings(server), hello, { secrets })).toMatchObject({ output: 'in' })
      expect(answers).toEqual(['password-canary'])
    })

    it.each<readonly [string, readonly Round[], string, number]>([
      ['a code after the password', [secret('Password: '), secret('Verification code: ')], 'Verification code:', 1],
      ['a new password', [secret('Password: '), secret('New password: ')], 'New password:', 1],
      [
        'two secrets at once',
        [
          [
            { prompt: 'Old: ', echo: false },
            { prompt: 'New: ', echo: false },
          ],
        ],
        'Old:  New:',
        0,
      ],
      ['what may be seen', [[{ prompt: 'Who are you? ', echo: true }]], 'Who are you?', 0],
      ['too much', [[{ prompt: 'x\u001b[31m'.repeat(1000), echo: true }]], 'x\\u{1b}[31m', 0],
    ])('%s gets nothing, and is quoted', async (_, rounds, quoted, sent) => {
      const { server, answers } = await asking(...rounds)
      const { fault } = await remotely(settings(server), hello, { secrets })
      expect(fault?.code).toBe('denied')
      expect(fault?.what.en).toContain(quoted)
      expect(fault?.what.en.length).toBeLessThan(500)
      expect(answers).toHaveLength(sent)
    })

    it('the same again means that the first was refused', async () => {
      const { server, answers } = await asking(secret('Password: '), secret('Password: '))
      const run = collectRunWith(secrets)
      expect((await remotely(settings(server), hello, { run })).fault?.code).toBe('rejected')
      expect((await remotely(settings(server), hello, { run })).fault?.what.en).toContain('not tried again')
      expect(answers).toHaveLength(1)
    })

    it('with endless banners ends with its time', async () => {
      const server = await start({
        authentication: (_, socket) => {
          const connection = Reflect.get(socket, 'ssh') as object
          const protocol = Reflect.get(connection, '_protocol') as Record<string, unknown>
          const send = (): void => {
            if (socket.destroyed) return
            protocol['_banner'] = 'banner '.repeat(1000)
            Reflect.apply(protocol['serviceAccept'] as () => void, protocol, ['ssh-userauth'])
            setImmediate(send)
          }
          send()
        },
      })
      const before = process.memoryUsage().rss
      const { fault } = await remotely(settings(server), hello, { secrets })
      expect(fault?.code).toBe('unreachable')
      expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
    })

    it('without end ends with its time', async () => {
      const { server } = await asking(...Array.from({ length: 100_000 }, () => []))
      const { fault } = await remotely({ ...settings(server), connectTimeoutSeconds: 0.2 }, hello, { secrets })
      expect(['timeout', 'rejected']).toContain(fault?.code)
    })
  })
})
