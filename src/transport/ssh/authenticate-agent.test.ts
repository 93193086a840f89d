import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { agentKeys } from './authenticate-agent.ts'

let folder = ''
let server: Server
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-agent-'))
  server = createServer()
})
afterEach(() => {
  vi.useRealTimers()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** An agent at a socket of its own. */
async function agent(answer: (socket: Socket) => void): Promise<string> {
  const socket = join(folder, 'socket')
  server.on('connection', (one) => {
    one.on('error', () => undefined)
    answer(one)
  })
  server.listen(socket)
  await once(server, 'listening')
  return socket
}

it('an agent that never answers is waited for five seconds, and left', async () => {
  const socket = await agent(() => undefined)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const asked = once(server, 'connection')
  const keys = agentKeys(socket, collectRunWith())
  const [connection] = (await asked) as [Socket]
  const left = once(connection.resume(), 'close')
  vi.advanceTimersByTime(5000)
  expect(await keys).toEqual({ state: 'unreachable', socket })
  await left
})

it('an agent is asked once a run, whoever needs its keys', async () => {
  let asked = 0
  const socket = await agent((one) => {
    asked += 1
    one.end()
  })
  const run = collectRunWith()
  const answers = await Promise.all([1, 2, 3].map(() => agentKeys(socket, run)))
  expect(answers).toEqual(answers.map(() => ({ state: 'unreachable', socket })))
  expect(asked).toBe(1)
  await agentKeys(socket, collectRunWith())
  expect(asked).toBe(2)
})

it('no agent is no fault, and one that is gone is told', async () => {
  const run = collectRunWith()
  expect(await agentKeys(undefined, run)).toEqual({ state: 'none' })
  expect(await agentKeys('', run)).toEqual({ state: 'none' })
  const socket = join(folder, 'gone')
  expect(await agentKeys(socket, run)).toEqual({ state: 'unreachable', socket })
})
