import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Machine, machineLab, runOnMachine } from '../../../../lab/machine.ts'
import { labSuite } from '../../../../lab/suites.ts'
import { type Evidence, sectionText } from '../../../../src/core/evidence.ts'
import type { Field, Row } from '../../../../src/core/fact.ts'
import { readEvidence } from '../../../../src/readers/evidence.ts'
import { interpretSoftware } from '../interpret/software.ts'

// Programs outside of packages, in folders of /usr/local and /opt that are this test's own.

const part = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
/** Only the part under test, with the limits given. */
const script = (before = ''): string =>
  `COLLECTOR=test DEEP=no SIMULATE=no\n${part('00-prelude.sh')}\n${part('20-software.sh')}\n` +
  `all() {\n${before}\nfor O; do case $O in --deep) DEEP=yes ;; esac; done\nprelude\nsoftware_programs\npostlude\n}\nall "$@" </dev/null\n`

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const folders =
  'mount -t tmpfs none /usr/local\nmount -t tmpfs none /opt\nmkdir /usr/local/bin /opt/tool /opt/tool/bin\n'
const program = (path: string, text: string): string => `printf '%s' '${text}' >'${path}'\nchmod 755 '${path}'\n`

async function evidenceFrom(machine: Machine, text = script()): Promise<Evidence> {
  for await (const { evidence } of readEvidence([runOnMachine(text, machine)])) return evidence
  throw new Error('no evidence')
}
async function programs(machine: Machine, text = script()): Promise<readonly Row[]> {
  const table = interpretSoftware(await evidenceFrom(machine, text)).tables?.find(({ type }) => type === 'software')
  return [...(table?.rows ?? [])].filter(({ key }) => key.startsWith('file:'))
}
const hashes = async (machine: Machine, text?: string): Promise<Readonly<Record<string, Field | undefined>>> =>
  Object.fromEntries((await programs(machine, text)).map(({ name, fields }) => [name, fields['sha256']]))
const why = (text: RegExp) => ({ unreadable: { ja: expect.anything(), en: expect.stringMatching(text) } })

const shells: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['mksh'], ['busybox', 'sh']]
const there = (shell: readonly string[]): boolean =>
  spawnSync(shell[0] ?? '', [...shell.slice(1), '-c', ':']).status === 0

labSuite('programs outside of packages', machineLab(), () => {
  describe.each(shells.filter(there).map((shell) => ({ name: shell.join(' '), shell })))('under $name', ({ shell }) => {
    it('have the hash of what they hold, whatever their names', async () => {
      const prepare = `${folders}${program('/usr/local/bin/plain', 'one')}${program('/opt/tool/bin/two words', 'two')}
${program('/opt/tool/bin/back\\slash', 'three')}${program('/opt/tool/bin/* [a]', 'four')}${program('/opt/tool/bin/ -n', 'five')}
${program('/opt/tool/bin/日本', 'six')}
printf seven >"$(printf '/opt/tool/bin/tab\\there\\033[2J')"; chmod 755 /opt/tool/bin/tab*
printf eight >"$(printf '/opt/tool/bin/end ')"; chmod 755 /opt/tool/bin/end*`
      const found = await hashes({ shell, prepare })
      expect(found).toMatchObject({
        plain: sha256('one'),
        'two words': sha256('two'),
        'back\\slash': sha256('three'),
        '* [a]': sha256('four'),
        ' -n': sha256('five'),
        日本: sha256('six'),
        'tab\there\u001b[2J': sha256('seven'),
        'end ': sha256('eight'),
      })
    })

    it('are hashed up to a size and in all, and beyond that with --deep', async () => {
      const prepare = `${folders}${program('/usr/local/bin/a', '1234')}${program('/usr/local/bin/b', '12345678901')}
${program('/usr/local/bin/c', '123456')}${program('/usr/local/bin/d', '12')}
truncate -s 3G /usr/local/bin/huge; chmod 755 /usr/local/bin/huge`
      const small = script('HASH_FILE=10 HASH_TOTAL=8')
      expect(await hashes({ shell, prepare }, small)).toEqual({
        a: sha256('1234'),
        b: why(/--deep/),
        c: why(/--deep/),
        d: sha256('12'),
        huge: why(/--deep/),
      })
      const all = await hashes({ shell, prepare: prepare.replace(/truncate.*/, ''), arguments: ['--deep'] }, small)
      expect(all).toEqual({
        a: sha256('1234'),
        b: sha256('12345678901'),
        c: sha256('123456'),
        d: sha256('12'),
      })
    })

    it('say why where there is none', async () => {
      const prepare = `${folders}${program('/usr/local/bin/private', 'secret')}chmod 711 /usr/local/bin/private
${program('/usr/local/bin/open', 'open')}mkfifo /usr/local/bin/fifo; chmod 755 /usr/local/bin/fifo
ln -s /usr/bin/true /usr/local/bin/outside; ln -s /nowhere /usr/local/bin/broken; ln -s /dev/zero /usr/local/bin/endless`
      expect(await hashes({ shell, prepare, uid: 65534 })).toEqual({
        open: sha256('open'),
        outside: createHash('sha256').update(readFileSync('/usr/bin/true')).digest('hex'),
        private: why(/permission/),
      })
    })

    it('are found when they are hidden, or may not be run by who looks', async () => {
      const prepare = `${folders}mkdir /usr/local/games /opt/.hidden /opt/.hidden/bin
${program('/usr/local/bin/.miner', 'one')}${program('/usr/local/games/chess', 'two')}${program('/opt/tool/bin/.x', 'three')}
${program('/usr/local/bin/root only', 'four')}chmod 744 '/usr/local/bin/root only'
${program('/usr/local/bin/secret', 'five')}chmod 700 /usr/local/bin/secret; printf text >/usr/local/bin/README`
      const all = ['.miner', '.x', 'chess', 'root only', 'secret']
      expect(Object.keys(await hashes({ shell, prepare })).toSorted()).toEqual(all)
      const found = await hashes({ shell, prepare, uid: 65534 })
      expect(Object.keys(found).toSorted()).toEqual(all)
      expect(found).toMatchObject({ 'root only': sha256('four'), secret: why(/permission/) })
    })

    it('are not all of them where a folder can not be searched, or a link leads where nobody may look', async () => {
      const lists = async (change: string): Promise<string> => {
        const prepare = `${folders}${program('/usr/local/bin/a', 'a')}${program('/opt/tool/bin/b', 'b')}${change}`
        const text = sectionText(await evidenceFrom({ shell, prepare, uid: 65534 }), 'local-programs')
        return text.ok ? text.value : ''
      }
      expect(await lists('')).not.toContain('@')
      for (const mode of ['000', '744', '711'])
        expect(await lists(`chmod ${mode} /opt/tool/bin`), mode).toContain('@denied /opt/tool/bin\n')
      expect(await lists('chmod 744 /usr/local/bin')).toContain('@denied /usr/local/bin\n')
      const link = 'mkdir /opt/closed; chmod 700 /opt/closed; ln -s /opt/closed/x /usr/local/bin/link'
      expect(await lists(link)).toContain('@denied /usr/local/bin/link\n')
    })
  })

  // a command of that name, put before the real one, does to the file what another process might do meanwhile
  const meanwhile = (commands: string): string =>
    script(`sha256sum() { :; }\nsha256sum_real=$(command -v sha256sum)`).replace(
      /sha256sum\(\) \{ :; \}\n.*\n/,
      `mkdir /opt/shim; printf '#!/bin/sh\\n${commands}\\n' >/opt/shim/sha256sum; chmod 755 /opt/shim/sha256sum; PATH=/opt/shim:$PATH\n`,
    )

  it('have none when they change or vanish meanwhile, and the others keep theirs', async () => {
    const prepare = `${folders}${program('/usr/local/bin/calm', 'calm')}${program('/usr/local/bin/busy', 'busy')}${program('/usr/local/bin/gone', 'gone')}`
    const found = await hashes(
      { prepare },
      meanwhile('rm /usr/local/bin/gone; /usr/bin/sha256sum "$@"; echo more >>/usr/local/bin/busy'),
    )
    expect(found).toMatchObject({ calm: sha256('calm'), busy: why(/changed/), gone: why(/read to its end/) })
  })

  it('have none where the machine has no sha256sum, or it does not end', async () => {
    const prepare = `${folders}${program('/usr/local/bin/tool', 'tool')}`
    const without = script('have() { case $1 in sha256sum) return 1 ;; *) command -v "$1" >/dev/null 2>&1 ;; esac; }')
    expect(await hashes({ prepare }, without)).toMatchObject({ tool: why(/not installed/) })
    expect(await hashes({ prepare }, meanwhile('exit 124'))).toMatchObject({ tool: why(/time limit/) })
    expect(await hashes({ prepare }, meanwhile('exit 1'))).toMatchObject({ tool: why(/read to its end/) })
  })

  it('are listed without one when they are more than a command line holds', async () => {
    const prepare = `${folders}d=/opt/tool/bin; long=$(printf '%0240d' 0); i=0
while [ $i -lt 700 ]; do printf x >"$d/$long$i"; i=$((i + 1)); done; find $d -type f -exec chmod 755 '{}' +`
    // the kernel's limit is a quarter of the stack's, and 128 KiB at least (execve(2))
    const rows = await programs({ prepare }, script('ulimit -s 256'))
    expect(rows).toHaveLength(700)
    for (const { fields } of rows) expect(fields['sha256']).toEqual(why(/read to its end/))
  })

  it.skipIf(!there(['busybox', 'sh']))('have the same hashes from the commands of busybox', async () => {
    const prepare = `${folders}mkdir /usr/local/applets; for a in stat sha256sum timeout; do ln -s "$(command -v busybox)" /usr/local/applets/$a; done
${program('/opt/tool/bin/back\\slash', 'three')}${program('/usr/local/bin/plain', 'one')}`
    const found = await hashes({ prepare, shell: ['busybox', 'sh'] }, script('PATH=/usr/local/applets:$PATH'))
    expect(found).toMatchObject({ plain: sha256('one'), 'back\\slash': sha256('three') })
  })
})
