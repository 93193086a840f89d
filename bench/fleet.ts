import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fleet, sshdLab, startFleet } from '../lab/sshd/index.ts'
import { packageRoot } from '../src/package-root.ts'
import { machineLine, measured, type Measured, median, option, spread } from './measure.ts'

/**
 * Ansible and seisa over the same real sshd hosts on loopback, in rounds whose order changes. Hosts and controller share
 * this machine's processors. Ansible runs with its own defaults (compression, connections kept between runs) and with
 * pipelining and a fork for every host; seisa is the built package, with judging and its report in what is measured.
 */
export async function fleet(words: readonly string[]): Promise<void> {
  const lab = sshdLab(['/usr/bin/ansible-playbook'])
  if (!lab.available) throw new Error(`this needs ${lab.lacks}; Ansible: apt-get install ansible-core python3-apt`)
  const built = join(packageRoot(), 'dist/src/main.js')
  if (!existsSync(built)) throw new Error('run `npm run build` first: the built package is measured')
  const count = option(words, '--hosts', 20)
  const runs = option(words, '--runs', 5)
  const hosts = await startFleet(Array.from({ length: count }, (_, at) => ({ name: `bench-${at + 1}` })))
  try {
    const commands = commandsFor(hosts, count)
    const times: Record<keyof typeof commands, Measured[]> = { setup: [], playbook: [], seisa: [] }
    const names = ['setup', 'playbook', 'seisa'] as const
    // one round warms the caches of all and isn't counted
    for (const name of names) checked(name, measured(commands[name], hosts.folder))
    for (let round = 0; round < runs; round += 1) {
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        times[name].push(checked(name, measured(commands[name], hosts.folder)))
      }
    }
    const version = spawnSync('ansible', ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]
    console.log(`${machineLine()}; ${version}; ${count} hosts, ${runs} rounds; median (lowest–highest)`)
    for (const name of names) {
      const [wall, cpu] = (['wall', 'cpu'] as const).map((what) => spread(times[name].map((one) => one[what])))
      console.log(`${titles[name]}: wall ${wall}, controller's CPU ${cpu}`)
    }
    for (const name of ['setup', 'playbook'] as const) {
      const ratios = times[name].map((one, at) => (times.seisa[at]?.wall ?? Number.NaN) / one.wall)
      console.log(`seisa / ${titles[name]}: ${median(ratios).toFixed(3)} (median of rounds)`)
    }
  } finally {
    await hosts.stop()
  }
}

const titles = { setup: 'Ansible setup', playbook: 'Ansible playbook', seisa: 'seisa scan' }

function checked(name: keyof typeof titles, one: Measured): Measured {
  if (one.code !== 0) throw new Error(`${titles[name]} ended with ${one.code}`)
  return one
}

function commandsFor(hosts: Fleet, count: number): Record<keyof typeof titles, readonly string[]> {
  const inventory = join(hosts.folder, 'inventory')
  const lines = hosts.hosts.map(
    ({ name, address, port }) => `${name} ansible_host=${address} ansible_port=${port} ansible_user=admin`,
  )
  writeFileSync(inventory, `${lines.join('\n')}\n`)
  writeFileSync(join(hosts.folder, 'seisa.yaml'), `concurrency: ${count}\n${hosts.seisaYaml}`)
  const settings = [
    'env',
    'ANSIBLE_PIPELINING=1',
    `ANSIBLE_LOCAL_TEMP=${join(hosts.folder, 'ansible')}`,
    `ANSIBLE_PRIVATE_KEY_FILE=${hosts.identityFile}`,
    `ANSIBLE_SSH_COMMON_ARGS=-o UserKnownHostsFile=${hosts.knownHosts}`,
    'ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3',
  ]
  const forks = ['-i', inventory, '-f', String(count)]
  return {
    setup: [...settings, 'ansible', 'all', ...forks, '-m', 'setup'],
    playbook: [...settings, 'ansible-playbook', ...forks, join(packageRoot(), 'bench/ansible/facts.yml')],
    seisa: [
      process.execPath,
      join(packageRoot(), 'bin/seisa.cjs'),
      'scan',
      '--config',
      join(hosts.folder, 'seisa.yaml'),
      '--exit-zero',
      '--quiet',
    ],
  }
}
