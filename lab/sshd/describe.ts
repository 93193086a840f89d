import { stringify } from 'yaml'
import { quote } from './setup.ts'
import { type HostSpec, installedCollector, usualUsers } from './spec.ts'

/** A running host. */
export interface FleetHost {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Names of its users, `admin` and `seisa` unless the spec told otherwise. */
  readonly users: readonly string[]
  /** Private key that every user with a key accepts. */
  readonly identityFile: string
  /** Password of every user whose spec told no other. */
  readonly password: string
  /** File of the keys of this host, and of its jump hosts. */
  readonly knownHosts: string
  /** `SHA256:…` of its first host key. */
  readonly hostKeyFingerprint: string
  /** Public host keys: `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[]
  readonly machineId: string
  /** Jump hosts before it, first to last. */
  readonly jumps: readonly FleetHost[]
  /** Arguments of `ssh` that reach it with the key, without the command to run there; `seisa` or the first user. */
  readonly sshArguments: (user?: string) => readonly string[]
  /** The same as one line for a person. */
  readonly ssh: string
  /** A configuration that scans this host. */
  readonly seisaYaml: string
  /** Its first process, on this machine. */
  readonly pid: number
  /** What its sshd has logged. */
  readonly log: () => string
  /** Runs a shell command as root on it, past sshd. */
  readonly inside: (command: string) => { readonly status: number | null; readonly stdout: string }
  readonly stop: () => Promise<void>
}

/** What `describeHost` adds by itself. */
type Described = 'users' | 'sshArguments' | 'ssh' | 'seisaYaml'

/** Adds to a host what follows from the rest. */
export function describeHost(spec: HostSpec, host: Omit<FleetHost, Described>): FleetHost {
  const users = (spec.users ?? usualUsers).map(({ name }) => name)
  const sshArguments = (user = usualUser(users)): readonly string[] => [
    '-F',
    'none',
    '-p',
    `${host.port}`,
    '-i',
    host.identityFile,
    ...['IdentitiesOnly=yes', `UserKnownHostsFile=${host.knownHosts}`, 'GlobalKnownHostsFile=none'].flatMap(
      (option) => ['-o', option],
    ),
    ...proxyOptions(host.jumps.at(-1)),
    `${user}@${host.address}`,
  ]
  const plain = { ...host, users, sshArguments }
  return {
    ...plain,
    ssh: ['ssh', ...sshArguments().map((word) => (/^[\w@%:=./-]+$/.test(word) ? word : quote(word)))].join(' '),
    seisaYaml: configurationOf([targetOf(spec, plain, host.knownHosts)]),
  }
}

const usualUser = (users: readonly string[]): string => (users.includes('seisa') ? 'seisa' : (users[0] ?? 'seisa'))

/** ssh takes `%` in the command of a proxy for its own. */
const proxyOptions = (jump: FleetHost | undefined): readonly string[] =>
  jump
    ? [
        '-o',
        `ProxyCommand=ssh ${jump
          .sshArguments()
          .map((word) => quote(word.replaceAll('%', '%%')))
          .join(' ')} -W %h:%p`,
      ]
    : []

type Target = Readonly<Record<string, string | number>>

/** The host as a target of seisa.yaml. */
export function targetOf(
  spec: HostSpec,
  host: Pick<FleetHost, 'name' | 'address' | 'port' | 'users' | 'identityFile' | 'jumps'>,
  knownHosts: string,
): Target {
  const jumps = host.jumps.map((jump) => `${usualUser(jump.users)}@${jump.address}:${jump.port}`).join(',')
  return {
    // a target's name is the user's own and plain, whatever the host calls itself
    name: /^[a-z0-9][a-z0-9-]*$/.test(host.name) ? host.name : `host-${host.address.replaceAll('.', '-')}`,
    scanner: 'endpoint',
    platform: 'linux',
    host: host.address,
    port: host.port,
    username: usualUser(host.users),
    'identity-file': host.identityFile,
    'known-hosts': knownHosts,
    ...(jumps === '' ? {} : { jump: jumps }),
    ...((spec.collector ?? true) ? { sudo: installedCollector } : {}),
  }
}

/** The text of a seisa.yaml with these targets. */
export const configurationOf = (targets: readonly Target[]): string =>
  stringify({ baselines: [{ use: 'ipa-sme' }], targets })
