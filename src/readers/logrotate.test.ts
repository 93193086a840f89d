import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTabooFile, matchesPattern, readLogrotate, retentionOf } from './logrotate.ts'

const text = (path: string, content: string) => ({ path, lines: content.split('\n') })
/** The first text includes those after it with `include /d`. */
const read = (main: string, ...others: string[]) =>
  readLogrotate(text('/f0', main), (path) =>
    path === '/d' ? others.map((other, index) => text(`/d/${index}`, other)) : undefined,
  )
const kept = (main: string, ...others: string[]) => read(main, ...others).groups.map(retentionOf)
const day = 86400

describe('readLogrotate', () => {
  it('reads paths over several lines, as Debian writes them', () => {
    const { groups, broken } = read(
      'weekly\nrotate 4\n/var/log/syslog\n/var/log/auth.log\n{\n\trotate 8\n\tpostrotate\n\n\tendscript\n}',
    )
    expect(broken).toBe(false)
    expect(groups).toMatchObject([{ patterns: ['/var/log/syslog', '/var/log/auth.log'], every: 'week', rotate: 8 }])
  })

  it('keeps global lines for the files that follow, also in included files', () => {
    const { groups, missing } = read('weekly\nrotate 4\ninclude /d', '"/var/log/a b.log" /var/log/c {\n daily\n}')
    expect(missing).toEqual([])
    expect(groups).toMatchObject([{ patterns: ['/var/log/a b.log', '/var/log/c'], every: 'day', rotate: 4 }])
  })

  it('reads an include in its place: what stands after it holds for no file before', () => {
    expect(kept('weekly\nrotate 1\ninclude /d\nrotate 99', '/x {\n}')).toEqual([7 * day])
    expect(read('include /d\n/x {\n rotate 1\n}', '/x {\n rotate 60\n}').groups.map(({ rotate }) => rotate)).toEqual([
      60, 1,
    ])
  })

  it('says which includes it does not know, in a group and in an endless circle too', () => {
    expect(read('include /elsewhere').missing).toEqual(['/elsewhere'])
    expect(read('/x {\n rotate 9\n include /elsewhere\n}').missing).toEqual(['/elsewhere'])
    expect(read('include /d', 'include /d').missing).toContain('/d')
  })

  it('says when the list of passed-over files is changed', () => {
    expect(read('tabooext + .old').ownTaboo).toBe(true)
    expect(read('weekly').ownTaboo).toBe(false)
  })

  it('says when a brace is missing', () => {
    expect(read('/var/log/x {\n daily\n').broken).toBe(true)
    expect(read('/var/log/x\n').broken).toBe(true)
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), fc.array(fc.string()), (main, others) => void read(main, ...others)))
    fc.assert(fc.property(fc.string(), fc.string(), (pattern, path) => void matchesPattern(pattern, path)))
  })
})

describe('retentionOf', () => {
  it('counts the intervals that are kept', () => {
    expect(kept('/x {\n weekly\n rotate 4\n}')).toEqual([28 * day])
    expect(kept('/x {\n daily\n rotate 90\n}')).toEqual([90 * day])
    expect(kept('/x {\n monthly\n rotate 1\n}')).toEqual([28 * day])
    expect(kept('/x {\n monthly\n rotate 36\n}')).toEqual([1095 * day])
    expect(kept('/x {\n yearly\n rotate 4\n}')).toEqual([1460 * day])
    expect(kept('/x {\n hourly\n rotate 24\n}')).toEqual([day])
  })

  it('shortens by maxage', () => {
    expect(kept('/x {\n weekly\n rotate 52\n maxage 30\n}')).toEqual([30 * day])
    expect(kept('/x {\n weekly\n rotate -1\n maxage 30\n}')).toEqual([30 * day])
  })

  it('keeps for ever with rotate -1 and deletes at once with rotate 0 or none', () => {
    expect(kept('/x {\n weekly\n rotate -1\n}')).toEqual(['never'])
    expect(kept('/x {\n weekly\n rotate 0\n}\n/y {\n weekly\n}')).toEqual([0, 0])
  })

  it('promises no time when a size starts the rotation', () => {
    expect(kept('/x {\n weekly\n size 10M\n rotate 9\n}')).toEqual(['by-size'])
    expect(kept('/x {\n size 10M\n weekly\n rotate 1\n}')).toEqual([7 * day])
    expect(kept('/x {\n daily\n maxsize 10M\n rotate 9\n}')).toEqual(['by-size'])
    expect(kept('/x {\n daily\n minsize 10M\n rotate 9\n}')).toEqual([9 * day])
    expect(kept('/x {\n rotate 9\n}')).toEqual(['by-size'])
  })
})

it('matches patterns as glob does', () => {
  expect(matchesPattern('/var/log/*.log', '/var/log/a.log')).toBe(true)
  expect(matchesPattern('/var/log/*.log', '/var/log/x/a.log')).toBe(false)
  expect(matchesPattern('/var/log/a.log', '/var/log/aXlog')).toBe(false)
})

it('passes over leftovers of package managers and editors', () => {
  expect(['/d/x.rpmsave', '/d/x.dpkg-old', '/d/x~'].every(isTabooFile)).toBe(true)
  expect(isTabooFile('/d/rsyslog')).toBe(false)
})
