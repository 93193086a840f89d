import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFleet } from './fleet.ts'
import { hardenedHosts } from './hardening.ts'
import { sshdLab } from './lab.ts'

/** `npm run lab:sshd -- 20`: so many hosts (3 unless told) that differ in their settings, until Ctrl-C. */
const [wanted = '3'] = process.argv.slice(2)
const count = Number(wanted)
const { available, lacks } = sshdLab()
if (!/^\d{1,4}$/.test(wanted) || count === 0) {
  console.error('usage: npm run lab:sshd -- [how many hosts]')
  process.exitCode = 10
} else if (!available) {
  console.error(`lab:sshd needs ${lacks}`)
  process.exitCode = 10
} else await serve()

async function serve(): Promise<void> {
  // heard from the beginning, so that Ctrl-C while they start cleans up as well
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  const started = performance.now()
  const fleet = await startFleet(hardenedHosts(count))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const configuration = join(fleet.folder, 'seisa.yaml')
  writeFileSync(configuration, fleet.seisaYaml)
  console.log(`${fleet.seisaYaml}
# ${count} hosts run since ${seconds} s. The text above is ${configuration}
# keys of the hosts: ${fleet.knownHosts}
# key of seisa and admin: ${fleet.identityFile}   their password: ${fleet.password}
# by hand: ${fleet.hosts[0]?.ssh}
# scan: npm run --silent seisa -- scan --config ${configuration}
# Ctrl-C ends and removes all of it.`)
  // a promise alone doesn't keep the process
  const keep = setInterval(() => {}, 60_000)
  await ended
  clearInterval(keep)
  await fleet.stop()
}
