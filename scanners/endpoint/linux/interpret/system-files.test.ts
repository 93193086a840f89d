import { describe, expect, it } from 'vitest'
import { evidenceOf, type GivenSection } from '../testing/evidence.ts'
import { goodMachine } from '../testing/system-machine.ts'
import { interpretDeep } from './deep.ts'
import { interpretSystemFiles } from './system-files.ts'

const read = (lines: string, lists = '', changes: Readonly<Record<string, GivenSection>> = {}) => {
  const given = {
    ...goodMachine,
    'file-rights': `644 0 0 root root regular file|/etc/passwd\n${lines}`,
    'file-lists': lists,
    ...changes,
  }
  const table = interpretSystemFiles(evidenceOf(given)).tables?.[0]
  return { table, rows: new Map([...(table?.rows ?? [])].map((row) => [row.key, row.fields])) }
}

describe('rights on files', () => {
  it('tells owner, group and world apart', () => {
    const { rows, table } = read('666 1000 1000 alice alice regular file|/etc/crontab\n')
    expect(table?.complete).toBe(true)
    expect(rows.get('/etc/crontab')).toMatchObject({
      category: 'scheduled-task',
      mode: '0666',
      'administrator-owned': false,
      'group-writable': true,
      'world-writable': true,
    })
  })

  it('does not count a group that a distribution made for one program as other users', () => {
    const list = '-rw-r----- 1 root shadow 1 Nov 20 13:39 /etc/shadow\n'
    const { rows } = read('640 0 42 root shadow regular file|/etc/shadow\n', list)
    expect(rows.get('/etc/shadow')).toMatchObject({
      'group-readable': false,
      'group-writable': false,
      category: 'credential-store',
    })
  })

  it('is unknown about the group when an access control list may widen it, or can not be seen', () => {
    const line = '640 0 0 root root regular file|/etc/sudoers\n'
    const listed = read(line, '-rw-r-----+ 1 root root 1 Nov 20 13:39 /etc/sudoers\n')
    expect(listed.rows.get('/etc/sudoers')?.['group-readable']).toHaveProperty('unreadable')
    // the mask has no write bit: nobody can write by the list either
    expect(listed.rows.get('/etc/sudoers')?.['group-writable']).toBe(false)
    expect(read(line).rows.get('/etc/sudoers')?.['group-readable']).toHaveProperty('unreadable')
    const links = String(goodMachine['system-links']).replace(
      /^.*\/bin\/ls$/m,
      'lrwxrwxrwx 1 root root 12 Nov 20 13:39 /bin/ls -> /bin/busybox',
    )
    const busybox = read(line, '-rw-r----- 1 root root 1 Nov 20 13:39 /etc/sudoers\n', { 'system-links': links })
    expect(busybox.rows.get('/etc/sudoers')?.['group-readable']).toHaveProperty('unreadable')
  })

  it('is incomplete when an ordinary user could not look into a folder', () => {
    const { table } = read('@denied /etc/ssl/private/*\n')
    expect(table).toMatchObject({ complete: false, needs: { en: expect.stringContaining('root') } })
  })
})

describe('the full walk', () => {
  const deep = (text: GivenSection, packages: GivenSection = goodMachine['package-files'] ?? '', uid = 0) => {
    const given = { ...goodMachine, collector: `uid=${uid}\n`, 'special-files': text, 'package-files': packages }
    const result = interpretDeep(evidenceOf(given))
    const facts = Object.fromEntries(
      (result.facts ?? []).map((fact) => [fact.setting.slice(12), fact.state === 'known' ? fact.value : fact.state]),
    )
    return { facts, table: result.tables?.[0] }
  }
  const walk = (files: string, end = '@errors 0\n@count 3\n@exit 0\n') => `@root /\n@owners yes\n${files}${end}`
  const files =
    '777 0 0 root root regular file|/srv/open\n4755 0 0 root root regular file|/usr/bin/su\n644 0 4711 root UNKNOWN regular file|/srv/left\n' +
    '1777 0 0 root root directory|/tmp\n'

  it('counts what it found', () => {
    const { facts, table } = deep(walk(files))
    expect(facts).toEqual({ 'world-writable-files': 1, 'unowned-files': 1, 'packages-intact': true })
    expect([...(table?.rows ?? [])].map((row) => row.key)).toEqual([
      'setuid:/usr/bin/su',
      'unowned:/srv/left',
      'world-writable:/srv/open',
    ])
  })

  it('never says "none" as an ordinary user: a file below a closed folder can not be seen', () => {
    const { facts, table } = deep(walk(''), undefined, 65534)
    expect(facts).toEqual({
      'world-writable-files': 'unreadable',
      'unowned-files': 'unreadable',
      'packages-intact': 'unreadable',
    })
    expect(table?.complete).toBe(false)
  })

  it('is unknown when the walk failed, was cut or was not asked for', () => {
    for (const text of [
      walk('', '@errors 2\n@count 0\n@exit 1\n'),
      walk('', '@errors 0\n@count 0\n@exit 124\n'),
      walk('', ''),
      '',
    ]) {
      expect(deep(text).facts).toMatchObject({ 'world-writable-files': 'unreadable' })
    }
    expect(deep({ skipped: 'not-asked' }, { skipped: 'not-asked' }).facts).toMatchObject({
      'world-writable-files': 'unreadable',
      'packages-intact': 'unreadable',
    })
  })

  it('does not count unowned files with a find that can not look for them', () => {
    expect(deep(walk('').replace('@owners yes', '@owners no')).facts).toMatchObject({
      'world-writable-files': 0,
      'unowned-files': 'unreadable',
    })
  })

  it('is not misled by a file whose name looks like the end', () => {
    const { facts } = deep(walk('644 0 0 root root regular file|/srv/x\n@exit 0\n', '@errors 1\n@count 1\n@exit 1\n'))
    expect(facts).toMatchObject({ 'world-writable-files': 'unreadable' })
  })

  it('takes changed contents for an alteration, but not changed configuration or left-out documentation', () => {
    const verified = (line: string) =>
      deep(walk(''), `@manager dpkg\n${line}\n@count 1\n@exit 1\n`).facts['packages-intact']
    expect(verified('??5??????   /usr/bin/ls')).toBe(false)
    expect(verified('missing     /usr/bin/ls')).toBe(false)
    expect(verified('S.5....T.  c /etc/ssh/sshd_config')).toBe(true)
    expect(verified('missing     /usr/share/doc/x/changelog.gz')).toBe(true)
    expect(verified('.......T.    /usr/bin/ls')).toBe(true)
  })
})
