import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collectorScript } from '../../scanners/endpoint/linux/collector.ts'
import { configurationOf, describeHost, type FleetHost, targetOf } from './describe.ts'
import { passingFolder } from './folder.ts'
import { type HostProcess, runInside, startProcess } from './host.ts'
import { fingerprint, knownHostsLines, makeKeys, publicKey } from './keys.ts'
import { writeSetup } from './setup.ts'
import type { HostSpec } from './spec.ts'

/** Hosts that run. */
export interface Fleet {
  readonly hosts: readonly FleetHost[]
  /** The host of that name; throws when there is none. */
  readonly host: (name: string) => FleetHost
  /** Private files of the fleet; removed with it. */
  readonly folder: string
  /** Private key that every user with a key accepts: ed25519 without a passphrase. */
  readonly identityFile: string
  readonly password: string
  /** File of the host keys of all. */
  readonly knownHosts: string
  /** A configuration that scans all. */
  readonly seisaYaml: string
  /**
   * Stops a host and starts it again at the same address, changed as told and with new host keys. The known_hosts
   * files stay as they were; the given host holds the new fingerprint. Hosts behind it can't be reached any more.
   */
  readonly restart: (name: string, change?: Partial<HostSpec>) => Promise<FleetHost>
  /** Ends every process, mount and folder of the fleet. */
  readonly stop: () => Promise<void>
}

interface Running {
  readonly spec: HostSpec
  readonly index: number
  readonly host: FleetHost
  readonly process: HostProcess
}

interface Context {
  readonly folder: string
  readonly addressOf: (index: number) => string
  readonly password: string
  readonly identityFile: string
  readonly collector: string
  readonly running: Map<string, Running>
}

/** How many hosts are set up at once: each takes some twenty short processes. */
const atOnce = 4

/**
 * Starts real OpenSSH servers, each a host of its own on a loopback address. Needs what `sshdLab` says. Throws when
 * one doesn't start, with its log; nothing is left then.
 */
export async function startFleet(specs: readonly HostSpec[]): Promise<Fleet> {
  const folder = passingFolder()
  const running = new Map<string, Running>()
  const killAll = (): void => {
    for (const { process: one } of running.values()) one.kill()
    rmSync(folder.path, { recursive: true, force: true })
  }
  process.once('exit', killAll)
  const stop = async (): Promise<void> => {
    process.off('exit', killAll)
    await Promise.all([...running.values()].map(({ process: one }) => one.stop()))
    running.clear()
    await rm(folder.path, { recursive: true, force: true })
    folder.removed()
  }
  const context: Context = {
    folder: folder.path,
    addressOf: addresses(),
    password: randomBytes(15).toString('base64url'),
    identityFile: join(folder.path, 'id_ed25519'),
    collector: collectorScript().text,
    running,
  }
  try {
    return await startAll(context, specs, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function startAll(context: Context, specs: readonly HostSpec[], stop: () => Promise<void>): Promise<Fleet> {
  const { folder, identityFile, running } = context
  if (new Set(specs.map(({ name }) => name)).size < specs.length) throw new Error('two lab hosts have one name')
  const keys = await Promise.all(specs.map((spec, index) => hostKeys(folder, spec, index)))
  await makeKeys([{ path: identityFile, kind: 'ed25519' }, ...keys.flat()])
  let waiting = specs.map((spec, index) => ({ spec, index }))
  while (waiting.length > 0) {
    const ready = waiting.filter(({ spec }) => spec.behind === undefined || running.has(spec.behind))
    if (ready.length === 0) throw new Error(`no jump host ${waiting[0]?.spec.behind} is there`)
    await inTurns(ready, ({ spec, index }) => startHost(context, spec, index))
    waiting = waiting.filter((one) => !ready.includes(one))
  }
  const all = (): readonly Running[] => [...running.values()].toSorted((a, b) => a.index - b.index)
  const knownHosts = join(folder, 'known_hosts')
  await writeFile(
    knownHosts,
    all()
      .map(({ host }) => knownHostsLines(host.address, host.port, host.hostKeys))
      .join(''),
  )
  return {
    get hosts() {
      return all().map(({ host }) => host)
    },
    host: (name) => runningHost(context, name).host,
    folder,
    identityFile,
    password: context.password,
    knownHosts,
    seisaYaml: configurationOf(all().map(({ spec, host }) => targetOf(spec, host, knownHosts))),
    restart: async (name, change = {}) => {
      const { spec, index, host, process: old } = runningHost(context, name)
      await old.stop()
      await rm(join(folder, `${index}`), { recursive: true, force: true })
      const changed = { ...spec, machineId: host.machineId, ...change, name, address: host.address, port: host.port }
      await makeKeys(await hostKeys(folder, changed, index))
      await startHost(context, changed, index, host.knownHosts)
      return runningHost(context, name).host
    },
    stop,
  }
}

async function startHost(context: Context, spec: HostSpec, index: number, oldKnownHosts?: string): Promise<void> {
  const folder = join(context.folder, `${index}`)
  const address = spec.address ?? context.addressOf(index)
  const port = spec.port ?? 2222
  const machineId = spec.machineId ?? randomBytes(16).toString('hex')
  const { password, identityFile, collector } = context
  const jump = spec.behind === undefined ? undefined : runningHost(context, spec.behind).host
  const userKey = await publicKey(identityFile)
  await writeSetup(spec, { folder, address, port, machineId, password, userKey, collector })
  const started = await startProcess(folder, {
    ...(spec.environment ? { environment: spec.environment } : {}),
    ...(jump ? { jumpPid: jump.pid } : {}),
  })
  const kinds = spec.hostKeys ?? ['ed25519']
  const keys = await Promise.all(kinds.map((kind) => publicKey(join(folder, 'keys', kind))))
  const knownHosts = oldKnownHosts ?? join(context.folder, `known_hosts-${index}`)
  if (oldKnownHosts === undefined) {
    const before = jump ? readFileSync(jump.knownHosts, 'utf8') : ''
    await writeFile(knownHosts, before + knownHostsLines(address, port, keys))
  }
  const host = describeHost(spec, {
    name: spec.name,
    address,
    port,
    identityFile,
    password,
    knownHosts,
    hostKeyFingerprint: fingerprint(keys[0] ?? ''),
    hostKeys: keys,
    machineId,
    jumps: jump ? [...jump.jumps, jump] : [],
    pid: started.pid,
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    inside: (command) => runInside(started.pid, command),
    stop: started.stop,
  })
  context.running.set(spec.name, { spec, index, host, process: started })
}

/** Makes the folder of a host's keys, and names the keys that belong there. */
async function hostKeys(
  folder: string,
  spec: HostSpec,
  index: number,
): Promise<readonly { readonly path: string; readonly kind: string }[]> {
  const keys = join(folder, `${index}`, 'keys')
  await mkdir(keys, { recursive: true })
  return (spec.hostKeys ?? ['ed25519']).map((kind) => ({ kind, path: join(keys, kind) }))
}

/** Addresses of a fleet: its own network of the loopback's, so that two fleets of one machine hardly ever meet. */
function addresses(): (index: number) => string {
  const [first, second] = [randomInt(1, 251), randomInt(0, 250)]
  return (index) => `127.${first}.${second + Math.floor(index / 250)}.${(index % 250) + 1}`
}

function runningHost(context: Context, name: string): Running {
  const found = context.running.get(name)
  if (!found) throw new Error(`no lab host is called ${name}`)
  return found
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  // all of them are waited for, so that none is left behind when one fails
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
