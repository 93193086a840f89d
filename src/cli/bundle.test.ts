import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../core/run.ts'
import { collectorScript } from '../../scanners/endpoint/linux/collector.ts'
import { command } from './testing/app.ts'
import { evidenceHere, scanned } from './testing/judged.ts'
import { seisa, shell, temporaryFolder } from './testing/run.ts'

interface Document {
  readonly components: readonly { readonly id: string; readonly name: string }[]
  readonly findings: readonly Finding[]
  readonly targets: readonly { readonly name: string; readonly state: string }[]
  readonly exit: { readonly code: number }
}

/** The parts of a JSON result that only the evidence decides, as text. */
const judgement = (stdout: string): string => {
  const { components, findings, exit } = JSON.parse(stdout) as Document
  return JSON.stringify({ components, findings, exit }, null, 1)
}

const documentOf = ({ stdout }: { readonly stdout: string }): Document => JSON.parse(stdout) as Document

/** The evidence of this machine as that of another one. */
const machine = (number: number): Buffer =>
  Buffer.from(
    evidenceHere()
      .toString('latin1')
      .replaceAll(/\b[0-9a-f]{32}\b/g, (id) => `${String(number).padStart(8, '0')}${id.slice(8)}`)
      .replaceAll(/^#[0-9a-f]{8}(?=-)/gm, `#${String(number).padStart(8, '0')}`)
      .replace(/(?<=^#seisa-evidence 1 \S+ )[0-9a-f]{8}/m, String(number).padStart(8, '0')),
    'latin1',
  )

const findingsOf = async (...bundles: readonly Uint8Array[]) => {
  const { result, findings } = await scanned(...bundles.map((bundle) => [bundle]))
  return { code: result.exit.code, states: result.targets.map((one) => one.state), findings: [...findings.values()] }
}

describe('collected evidence', () => {
  it('gives byte-identical findings whenever and however often it is judged', async () => {
    using folder = temporaryFolder()
    const place = { cwd: folder.path }
    expect(await seisa(['collect', '--here', '-o', 'bundle'], place)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const scans = [
      await seisa(['scan', '--from', 'bundle', '--json', '-q'], place),
      await seisa(['scan', '--from', 'bundle', '--json', '-q', '--lang', 'ja'], {
        ...place,
        env: { TZ: 'America/New_York' },
      }),
    ]
    const [first = '', second = ''] = scans.map((one) => judgement(one.stdout))
    expect(second).toBe(first)
    const direct = await command(['scan', '--from', 'bundle', '--json', '-q'], place)
    expect(judgement(direct.stdout)).toBe(first)
    expect(scans[0]?.code).toBe(direct.code)
  })

  it('of a live scan a moment later tells the same: no finding holds a volatile number', async () => {
    // others may use this machine: one quiet moment is enough
    const rounds = [0, 1, 2].map(() => async () => {
      const [first, later] = [await command(['scan', '--here', '--json']), await command(['scan', '--here', '--json'])]
      return differences(documentOf(first).findings, documentOf(later).findings)
    })
    let different: readonly string[] = ['not compared']
    for (const round of rounds) if (different.length > 0) different = await round()
    expect(different).toEqual([])
  })

  it('may be many machines, in a folder or one after the other in a file, in any order', async () => {
    using folder = temporaryFolder()
    const many = join(folder.path, 'many')
    mkdirSync(many)
    const numbers = [4, 2, 1, 3]
    for (const number of numbers) writeFileSync(join(many, `host-${number}.evidence`), machine(number))
    writeFileSync(join(many, '.hidden'), 'not evidence')
    writeFileSync(join(folder.path, 'joined'), Buffer.concat(numbers.map(machine)))
    const [apart, joined] = await Promise.all([
      seisa(['scan', '--from', 'many', '--json', '-q'], { cwd: folder.path }),
      seisa(['scan', '--from', 'joined', '--json', '-q', '--concurrency', '1'], { cwd: folder.path }),
    ])
    const results = [apart, joined].map((ran) => JSON.parse(ran?.stdout ?? '') as Document)
    for (const { components, targets } of results) {
      expect(new Set(components.map((one) => one.id)).size).toBe(numbers.length)
      expect(targets.map((one) => one.state)).toEqual(numbers.map(() => 'ok'))
    }
    const [sorted = [], unsorted = []] = results.map(({ findings }) =>
      findings.map((one) => JSON.stringify(one)).sort(),
    )
    expect(sorted.length).toBeGreaterThan(100)
    expect(unsorted).toEqual(sorted)
  })

  it('is not lost when the one before it in the same bundle broke off', async () => {
    const [broken, whole] = [machine(1), machine(2)]
    const half = broken.subarray(0, broken.length / 2)
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'a'), half)
    writeFileSync(join(folder.path, 'b'), whole)
    const { code, stdout } = await seisa(['scan', '--from', '.', '--json', '-q'], { cwd: folder.path })
    const { components, targets } = JSON.parse(stdout) as Document
    expect({ code, states: targets.map((one) => one.state) }).toEqual({ code: 4, states: ['partial', 'ok'] })
    expect(components).toHaveLength(2)
  })

  it('is refused when it is too old', async () => {
    const old = Buffer.from(
      evidenceHere()
        .toString('latin1')
        .replace(/observed-at=\S+/, 'observed-at=2026-01-01T00:00:00Z'),
      'latin1',
    )
    const { code, states, findings } = await findingsOf(old)
    expect({ code, states, findings }).toEqual({ code: 3, states: ['denied'], findings: [] })
  })
})

const differences = (one: readonly Finding[], other: readonly Finding[]): readonly string[] => {
  const texts = (findings: readonly Finding[]): ReadonlyMap<string, string> =>
    new Map(findings.map((finding) => [finding.id, JSON.stringify(finding)]))
  const [a, b] = [texts(one), texts(other)]
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((id) => (a.get(id) === b.get(id) ? [] : [id]))
}

describe('the collector run by hand', () => {
  const shells: readonly (readonly string[])[] = [
    ['/bin/sh'],
    ['dash'],
    ['bash'],
    ['bash', '--posix'],
    ['busybox', 'sh'],
    ['mksh'],
    ['yash'],
    ['ksh93'],
  ]
  const installed = shells.filter(([name = '']) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0)

  it('is printed as it is, to be checked by its hash', async () => {
    const { code, stdout, stderr } = await seisa(['collect', '--print-script', 'linux'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(collectorScript().text)
  })

  it.each(installed.map((words) => ({ name: words.join(' ') })))(
    'gives evidence of the same sections under $name',
    async ({ name }) => {
      using folder = temporaryFolder()
      writeFileSync(join(folder.path, 'collect.sh'), collectorScript().text)
      const { code, stdout } = await shell(`exec ${name} collect.sh`, { cwd: folder.path })
      expect(code).toBe(0)
      const ids = (text: string): readonly string[] =>
        [...text.matchAll(/^#[0-9a-f-]{36} < (\S+) (\S+ ?\S*)$/gm)].map(([, id, end]) => `${id} ${end}`)
      expect(ids(stdout)).toEqual(ids(evidenceHere().toString()))
      expect(await findingsOf(Buffer.from(stdout))).toMatchObject({ states: ['ok'] })
    },
  )

  it('can be copied from a terminal: with a banner before it and CRLF line ends', async () => {
    const text = evidenceHere().toString('latin1')
    const copied = Buffer.from(
      `Last login: today\n\n  *** Authorised users only! ***\n${text}logout\n`.replaceAll('\n', '\r\n'),
      'latin1',
    )
    expect(await findingsOf(copied)).toEqual(await findingsOf(evidenceHere()))
  })

  it('refuses an option that it does not know, and collects nothing', async () => {
    const { code, stdout, stderr } = await shell('$SEISA collect --print-script linux | sh -s -- --depe')
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
    expect(stderr).toContain('--deep')
  })
})
