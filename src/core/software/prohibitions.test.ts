import { describe, expect, it, test } from 'vitest'
import type { Field } from '../fact.ts'
import { judgeSoftware } from './judge-software.ts'
import type { SoftwareEntry } from './list.ts'
import { blacklist, entry, pack, server, unread, whitelist } from './testing/samples.ts'

/** What a list that forbids this, and nothing else, says of one package. */
function verdict(given: Partial<SoftwareEntry> & Pick<SoftwareEntry, 'match'>, fields: Record<string, Field>): string {
  const { findings } = judgeSoftware(server([pack('x', fields)]), { list: blacklist([entry({ id: 'D', ...given })]) })
  return findings.map((finding) => finding.verdict).join(' ')
}
/** The same for a list that allows it. */
function allowed(match: SoftwareEntry['match'], fields: Record<string, Field>): string {
  const { findings } = judgeSoftware(server([pack('x', fields)]), { list: whitelist([entry({ id: 'A', match })]) })
  return findings.map((finding) => finding.verdict).join(' ')
}

describe('a prohibition can not be got round, nor come to nothing,', () => {
  test.each([
    ['winny', 'win\u200bny'],
    ['winny', 'w\u0456nny'],
    ['winny', 'ＷＩＮＮＹ\ufeff'],
    ['win\u00adny', 'winny'],
    ['7‐zip', '7-zip'],
    ['7ーzip*', '7-zip-full'],
    ['µTorrent', 'utorrent'],
    ['Straße', 'STRASSE'],
    ['WİNNY', 'winny'],
    ['wınny', 'WINNY'],
    ['ﾌｧｲﾙ交換', 'ファイル交換'],
    ['Ａｄｏｂｅ*', 'adobe-reader'],
  ])('by letters that look alike: %s and %s', (name, installed) => {
    expect(verdict({ match: { name } }, { name: installed })).toBe('fail')
  })

  it('while what is allowed is compared as it is written', () => {
    expect(allowed({ name: 'nginx' }, { name: 'ngi\u200bnx' })).toBe('fail')
    expect(allowed({ name: 'nginx' }, { name: 'ng\u0456nx' })).toBe('fail')
    expect(allowed({ name: 'Ｎｇｉｎｘ' }, { name: 'nginx' })).toBe('pass')
  })

  it('by a publisher that describes it: an address behind it makes no difference, another one is unknown', () => {
    const match = { name: 'teamviewer', publisher: 'TeamViewer GmbH' }
    expect(verdict({ match }, { name: 'teamviewer', publisher: 'TeamViewer GmbH <a@teamviewer.com>' })).toBe('fail')
    expect(verdict({ match }, { name: 'teamviewer', publisher: 'Somebody <a@b.example>' })).toBe('unknown')
    expect(verdict({ match }, { name: 'teamviewer', publisher: null })).toBe('unknown')
    expect(verdict({ match }, { name: 'teamviewer', publisher: unread })).toBe('unknown')
    expect(verdict({ match }, { name: 'vim', publisher: 'Somebody' })).toBe('pass')
    // a pattern is no description
    const pattern = { name: 'teamviewer', publisher: 'TeamViewer GmbH*' }
    expect(verdict({ match: pattern }, { name: 'teamviewer', publisher: 'Somebody' })).toBe('pass')
    // nor is a publisher without a name
    expect(verdict({ match: { publisher: 'TeamViewer' } }, { publisher: 'TeamViewer GmbH' })).toBe('pass')
  })

  it('by the path or hash of one of its files, which a package does not have', () => {
    const hash = 'ab'.repeat(32)
    for (const match of [
      { name: 'telnet', sha256: hash },
      { name: 'telnet', path: '/usr/bin/telnet' },
    ]) {
      expect(verdict({ match }, { name: 'telnet' })).toBe('unknown')
      expect(allowed(match, { name: 'telnet' })).toBe('unknown')
      expect(verdict({ match }, { name: 'vim' })).toBe('pass')
    }
    const file = { name: 'telnet', format: 'file', path: '/opt/x/telnet', sha256: hash }
    expect(verdict({ match: { name: 'telnet', sha256: hash } }, file)).toBe('fail')
    expect(verdict({ match: { name: 'telnet', sha256: 'cd'.repeat(32) } }, file)).toBe('pass')
    expect(verdict({ match: { name: 'telnet', path: '/usr/bin/telnet' } }, file)).toBe('unknown')
    expect(verdict({ match: { name: 'telnet', path: '/usr/bin/*' } }, file)).toBe('pass')
    // without a name only what has a path or hash is meant
    expect(verdict({ match: { sha256: hash } }, { name: 'telnet' })).toBe('pass')
  })

  it('by the Debian revision that nobody writes', () => {
    const of = (versions: SoftwareEntry['versions'], version: string): string =>
      verdict({ match: { name: 'x' }, ...(versions && { versions }) }, { version })
    expect(of({ atMost: '3.0.11' }, '3.0.11-1~deb12u2')).toBe('fail')
    expect(of({ equals: '3.0.11' }, '3.0.11-1~deb12u2')).toBe('fail')
    expect(of({ atMost: '3.0.11' }, '3.0.12-1')).toBe('pass')
    expect(of({ atMost: '3.0.11-1' }, '3.0.11-2')).toBe('pass')
    expect(of({ above: '3.0.11' }, '3.0.11-1')).toBe('fail')
    expect(of({ below: '3.0.11' }, '3.0.11-1')).toBe('pass')
    const { findings } = judgeSoftware(server([pack('x', { version: '1.2-3' })]), {
      list: whitelist([entry({ id: 'A', match: { name: 'x' }, versions: { atMost: '1.2' } })]),
    })
    expect(findings.map((one) => one.verdict)).toEqual(['fail'])
  })
})

it('a Python package has one name in all its spellings, in whatever form it is listed', () => {
  for (const name of ['python-nmap', 'Python_Nmap', 'python.nmap', 'python-n*', 'python?nmap'])
    for (const installed of ['python_nmap', 'python-nmap', 'python.nmap', 'Python__nmap']) {
      const fields = { name: installed, format: 'pip', path: '/x', 'base-system': false }
      if (name.includes('?') && installed.includes('__')) continue
      expect([name, installed, verdict({ match: { name } }, fields)]).toEqual([name, installed, 'fail'])
      expect([name, installed, allowed({ name, format: ['pip'] }, fields)]).toEqual([name, installed, 'pass'])
    }
  // a name of another format is what it is
  expect(allowed({ name: 'python-nmap' }, { name: 'python_nmap' })).toBe('fail')
})

it('a format is the same in any width', () => {
  expect(verdict({ match: { name: 'x', format: ['ＤＥＢ'] } }, {})).toBe('fail')
})
