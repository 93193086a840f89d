import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machineLab, runOnMachine } from '../../../../lab/machine.ts'
import { labSuite } from '../../../../lab/suites.ts'
import { readEvidence } from '../../../../src/readers/evidence.ts'
import { collectorScript } from '../collector.ts'

// The script comes over standard input, from a connection that may be slow, stay open, or break off.

const part = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
const shells: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['mksh'], ['busybox', 'sh']]
const there = (shell: readonly string[]): boolean =>
  spawnSync(shell[0] ?? '', [...shell.slice(1), '-c', ':']).status === 0
const shown = shells.filter(there).map((shell) => ({ name: shell.join(' '), shell }))

/** What the shell prints that is given these pieces one after another, each once it could take the one before. */
async function fed(shell: readonly string[], pieces: readonly string[], close: boolean): Promise<Buffer> {
  const [command = 'sh', ...before] = shell
  const child = spawn(command, [...before, '-s', '--'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  // a shell that has ended takes no more
  child.stdin.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for (const piece of pieces)
    await new Promise<void>((resolve) => child.stdin.write(piece, () => setImmediate(resolve)))
  if (close) child.stdin.end()
  await ended
  child.stdin.destroy()
  return Buffer.concat(output)
}

async function sections(bytes: Buffer): Promise<{ complete: boolean; ids: readonly string[] }> {
  for await (const { evidence } of readEvidence([bytes]))
    return {
      complete: evidence.complete,
      ids: [...evidence.sections.values()].filter((one) => one.complete).map((one) => one.id),
    }
  return { complete: false, ids: [] }
}

const pieces = (text: string, length: number): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  )

describe.skipIf(process.platform !== 'linux').each(shown)('the script given to $name', ({ shell }) => {
  it('runs whole when it comes in small pieces, and needs no end of its input', async () => {
    const [command = 'sh', ...before] = shell
    const whole = await sections(
      spawnSync(command, [...before, '-s', '--'], { input: collectorScript().text, maxBuffer: 1e8 }).stdout,
    )
    expect(whole.complete).toBe(true)
    const slowly = await sections(await fed(shell, pieces(collectorScript().text, 997), false))
    expect(slowly).toEqual(whole)
  })

  it('does nothing when it breaks off', async () => {
    const { text } = collectorScript()
    // inside each function and between them, up to the line that starts it
    for (const share of [0.1, 0.35, 0.6, 0.85, 0.99]) {
      const cut = text.slice(0, Math.min(Math.floor(text.length * share), text.lastIndexOf('main "$@"')))
      expect((await fed(shell, [cut], true)).toString()).toBe('')
    }
  })
})

labSuite('the listener of sshd', machineLab(), () => {
  it('is found among many connections, of which none counts', async () => {
    // a process is told by its name and its title; these are sleeps with those of sshd, in a process space of their own
    const run = `mkdir -p /etc/fake; cp "$(command -v sleep)" /etc/fake/sshd
titled() { bash -c 'exec -a "$1" /etc/fake/sshd 60' - "$1" & }
for n in 1 2 3 4 5 6 7; do titled "sshd: someone$n [priv]"; titled "sshd: someone$n@pts/$n"; done
titled 'sshd: /usr/sbin/sshd -D -o PermitRootLogin=yes [listener] 1 of 10-100 startups'
until [ "$(cat /proc/[0-9]*/comm | grep -c '^sshd$')" = 15 ]; do :; done
COLLECTOR=test DEEP=no SIMULATE=no
${part('00-prelude.sh')}
${part('40-access.sh')}
prelude; access_processes; access_sshd_processes; postlude; exit
`
    const shell = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child=KILL', 'sh']
    for await (const { evidence } of readEvidence([runOnMachine(run, { shell })])) {
      expect(evidence.sections.get('sshd-processes')?.text.split('\n')).toEqual([
        expect.stringMatching(/^sshd: \/usr\/sbin\/sshd -D -o PermitRootLogin=yes \[listener\]/),
        '@options -o PermitRootLogin=yes',
        '',
      ])
    }
    expect.assertions(1)
  })
})
