import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineLab, runOnMachine } from '../../lab/machine.ts'
import { labSuite } from '../../lab/suites.ts'
import { collectorScript } from '../../scanners/endpoint/linux/collector.ts'
import { command } from './testing/app.ts'
import { evidenceHere } from './testing/judged.ts'
import { temporaryFolder } from './testing/run.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeAll(() => {
  folder = temporaryFolder()
  writeFileSync(join(folder.path, 'here.evidence'), evidenceHere())
})
afterAll(() => folder[Symbol.dispose]())

const software = (...words: readonly string[]) => command(['software', ...words], { cwd: folder.path })
const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text)
const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8')
/** Rows that a JSON result finds fault with, by requirement. */
const found = (stdout: string): readonly string[] =>
  JSON.parse(stdout)
    .findings.filter((one: { verdict: string }) => one.verdict !== 'pass' && one.verdict !== 'not-applicable')
    .map((one: { requirement: string; verdict: string; row?: { name: string } }) =>
      [one.requirement, one.verdict, one.row?.name].filter((part) => part !== undefined).join(' '),
    )

describe('seisa software capture', () => {
  it('writes a list that passes on the host that it is from, in every form', async () => {
    for (const name of ['own.yaml', 'own.csv', 'own.xlsx']) {
      const captured = await software('capture', '--from', 'here.evidence', '-o', name)
      expect(captured).toMatchObject({ code: 0, stdout: '' })
      const checked = await software('check', name, '--from', 'here.evidence', '--json')
      expect([checked.code, found(checked.stdout)]).toEqual([0, []])
    }
    expect(read('own.csv').startsWith('\uFEFFID,区分,')).toBe(true)
    expect(read('own.yaml')).toMatch(/^# Made from what golden hosts have installed/)
  })

  it('prints it, as YAML or as JSON', async () => {
    expect((await software('capture', '--from', 'here.evidence')).stdout).toContain('\nsoftware-list: captured\n')
    const { list, incomplete } = JSON.parse((await software('capture', '--from', 'here.evidence', '--json')).stdout)
    expect(list).toMatchObject({ 'software-list': 'captured', unlisted: 'forbidden' })
    expect(incomplete).toEqual([])
    const any = await software('capture', '--from', 'here.evidence', '--any-version')
    expect(any.stdout).not.toContain('version: ">=')
  })

  it('overwrites nothing that was not meant', async () => {
    write('kept.yaml', 'kept')
    const refused = await software('capture', '--from', 'here.evidence', '-o', 'kept.yaml')
    expect([refused.code, read('kept.yaml')]).toEqual([13, 'kept'])
    expect((await software('capture', '--from', 'here.evidence', '-o', 'kept.yaml', '--force')).code).toBe(0)
    const itself = ['capture', '--from', 'here.evidence', '--against', 'kept.yaml', '-o', './kept.yaml', '--force']
    expect(await software(...itself)).toMatchObject({ code: 10, stderr: expect.stringContaining('never overwritten') })
    expect((await software('capture', '--from', 'here.evidence', '-o', 'list.txt')).code).toBe(10)
    expect((await software('capture', '--from', 'here.evidence', '--minimum', '0')).code).toBe(10)
  })

  it('marks a list of what could not be read as a whole, and writes no table of it', async () => {
    const text = evidenceHere().toString('latin1')
    const cut = text.replace(/^(.*local-programs.*\n)/m, '$1@denied /opt/hidden\n')
    writeFileSync(join(folder.path, 'cut.evidence'), Buffer.from(cut, 'latin1'))
    const captured = await software('capture', '--from', 'cut.evidence', '-o', 'cut.yaml')
    expect(captured.code).toBe(3)
    expect(captured.stderr).toContain('INCOMPLETE')
    expect(read('cut.yaml')).toMatch(/^# INCOMPLETE/m)
    expect((await software('capture', '--from', 'cut.evidence', '-o', 'cut.csv')).code).toBe(3)
    expect(existsSync(join(folder.path, 'cut.csv'))).toBe(false)
  })

  it('against a list shows what separates them, and proposes its next version', async () => {
    write(
      'ours.yaml',
      [
        'software-list: ours\nversion: 4\ntitle: Ours\nentries:',
        '  - {id: base, match: {base-system: true, publisher: "*debian.*"}, status: allow, reason: base}',
        '  - {id: gone, name: no-such-package, status: allow, reason: gone}',
        '  - {id: dpkg, name: dpkg, version: "< 1", status: deny, reason: old}\n',
      ].join('\n'),
    )
    const shown = await software('capture', '--from', 'here.evidence', '--against', 'ours.yaml', '-o', 'next.yaml')
    expect(shown.code).toBe(0)
    expect(shown.stdout).toContain('Held against the list ours v4')
    expect(shown.stdout).toContain('  - gone (ours.yaml:6)')
    expect(read('next.yaml')).toMatch(/^# A proposal/)
    const checked = await software('check', 'next.yaml', '--from', 'here.evidence', '--json')
    expect(found(checked.stdout)).toEqual(['list-entry-used fail gone (no-such-package)'])
    expect(JSON.parse(checked.stdout).run.baselines).toMatchObject([{ kind: 'software-list', id: 'ours', version: 5 }])
    const again = await software('capture', '--from', 'here.evidence', '--against', 'next.yaml', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({
      add: [],
      versions: [],
      unused: [{ entry: 'gone' }],
      forbidden: [],
    })
  })
})

describe('seisa software check', () => {
  it('judges by the lists that it is given and by nothing else, and says what it found', async () => {
    write('deny.csv', '区分,名称,版,有効期限,理由\n禁止,dpkg,,,試験\n許可,bash,1.0以上,2020-12-31,期限切れ\n')
    const checked = await software('check', 'deny.csv', '--from', 'here.evidence', '--max-age', '9999d')
    expect(checked.code).toBe(2)
    for (const said of [
      'No software that the list forbids is installed',
      'on: dpkg 1.',
      'Only software that the list allows is installed',
      'ended on 2020-12-31',
    ])
      expect(checked.stdout).toContain(said)
    const { run, findings, gaps } = JSON.parse(
      (await software('check', 'deny.csv', '--from', 'here.evidence', '--json')).stdout,
    )
    expect(run.baselines.map((one: { id: string }) => one.id)).toEqual(['deny'])
    expect(new Set(findings.map((one: { baseline: string }) => one.baseline))).toEqual(new Set(['deny']))
    expect(gaps).toEqual([])
  })

  it('takes the lists of the configuration, all or by their ids', async () => {
    write('one.csv', '区分,名称\n禁止,dpkg\n')
    write('two.csv', '区分,名称\n禁止,no-such-package\n')
    write('seisa.yaml', 'software-lists:\n  - file: one.csv\n  - {file: two.csv, id: second}\n')
    const config = ['--config', 'seisa.yaml', '--from', 'here.evidence', '--json']
    const ids = async (...lists: readonly string[]) => {
      const { stdout } = await software('check', ...lists, ...config)
      return JSON.parse(stdout).run.baselines.map((one: { id: string }) => one.id)
    }
    expect(await ids()).toEqual(['one', 'second'])
    expect(await ids('second')).toEqual(['second'])
    const scanned = await command(['scan', ...config, '--baseline', 'ipa-sme'], { cwd: folder.path })
    expect(JSON.parse(scanned.stdout).run.baselines.map((one: { id: string }) => one.id)).toEqual([
      'ipa-sme',
      'one',
      'second',
    ])
    const wrong = await software('check', 'secnd', ...config)
    expect(wrong).toMatchObject({ code: 10, stderr: expect.stringContaining('did you mean second?') })
  })

  it('without a list, or with one that has mistakes, ends as a mistake in usage', async () => {
    expect(await software('check', '--from', 'here.evidence')).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('there is no list'),
    })
    write('bad.csv', '区分,名称,版\n許可,*,最新\n')
    const bad = await software('check', 'bad.csv', '--from', 'here.evidence')
    expect(bad).toMatchObject({ code: 10, stdout: '', stderr: expect.stringContaining('bad.csv:2:4') })
    expect(bad.stderr).toContain('bad.csv:2:6')
  })
})

labSuite('a captured list on machines of the lab', machineLab(), () => {
  /** Evidence of this machine with more in its package database. */
  const withPackages = (names: readonly string[]): Buffer => {
    const entries = names.map(
      (name) =>
        `\nPackage: ${name}\nStatus: install ok installed\nPriority: optional\nSection: net\nInstalled-Size: 1\nMaintainer: Somebody <somebody@example.org>\nArchitecture: amd64\nVersion: 6.6.6-1\nDescription: added by hand\n`,
    )
    const status = join(folder.path, 'status')
    writeFileSync(status, `${readFileSync('/var/lib/dpkg/status', 'utf8').trimEnd()}\n${entries.join('')}`)
    return runOnMachine(collectorScript().text, { prepare: `mount --bind '${status}' /var/lib/dpkg/status` })
  }

  it('passes on a twin, and names exactly the three packages that were added by hand on another', async () => {
    writeFileSync(join(folder.path, 'twin.evidence'), withPackages([]))
    const added = ['aircrack-x', 'miner', 'zz-backdoor']
    writeFileSync(join(folder.path, 'other.evidence'), withPackages(added))
    expect((await software('capture', '--from', 'here.evidence', '-o', 'golden.yaml')).code).toBe(0)
    const twin = await software('check', 'golden.yaml', '--from', 'twin.evidence', '--json')
    expect([twin.code, found(twin.stdout)]).toEqual([0, []])
    const other = await software('check', 'golden.yaml', '--from', 'other.evidence', '--json')
    expect([other.code, found(other.stdout)]).toEqual([2, added.map((name) => `software-listed fail ${name}`)])
    const shown = await software('check', 'golden.yaml', '--from', 'other.evidence')
    for (const name of added) expect(shown.stdout).toContain(`${name} 6.6.6-1`)
  })
})
