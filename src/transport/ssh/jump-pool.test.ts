import { expect, it } from 'vitest'
import { Fault, type FaultCode } from '../../core/fault.ts'
import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { jumpConnection } from './jump-pool.ts'
import type { SshSettings } from './settings.ts'

const gate: SshSettings = {
  name: 'gate',
  host: '192.0.2.1',
  port: 22,
  username: 'seisa',
  knownHostsFiles: [],
  identityFiles: [],
  identitiesOnly: true,
  jumps: [],
  connectTimeoutSeconds: 30,
}

/** How often a jump host that always fails is asked for ten targets, one after the other. */
async function timesAsked(code: FaultCode): Promise<number> {
  const run = collectRunWith()
  const signal = new AbortController().signal
  let asked = 0
  const open = async (): Promise<never> => {
    asked += 1
    throw new Fault(code, { ja: '不可', en: 'no' })
  }
  for (let target = 0; target < 10; target += 1) {
    await expect(jumpConnection([gate], { run, signal }, open)).rejects.toMatchObject({
      code,
      message: 'no way through the jump host gate: no',
    })
  }
  await run.end()
  return asked
}

it.each(['denied', 'rejected', 'configuration'] as const)(
  'a jump host that gave "%s" is not asked again',
  async (code) => {
    expect(await timesAsked(code)).toBe(1)
  },
)

it.each(['unreachable', 'timeout'] as const)(
  'a jump host that could not be reached (%s) is asked anew for the next targets, three times in a row',
  async (code) => {
    expect(await timesAsked(code)).toBe(3)
  },
)
