import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSystemdSettings, readTimeSpan } from './journald.ts'

const folders = ['/etc/systemd/journald.conf.d', '/run/systemd/journald.conf.d', '/usr/lib/systemd/journald.conf.d']
const file = (path: string, text: string) => ({ path, lines: text.split('\n') })
const main = file('/etc/systemd/journald.conf', '[Journal]\n#Storage=volatile\nStorage=volatile\nCompress=no')

describe('readSystemdSettings', () => {
  it('takes drop-ins over the main file, in the order of their names', () => {
    const values = readSystemdSettings(
      main,
      [
        file('/usr/lib/systemd/journald.conf.d/90-vendor.conf', '[Journal]\nStorage=persistent'),
        file('/etc/systemd/journald.conf.d/10-local.conf', '[Journal]\nStorage=none'),
      ],
      folders,
      'Journal',
    )
    expect(values.get('Storage')).toEqual({
      value: 'persistent',
      path: '/usr/lib/systemd/journald.conf.d/90-vendor.conf',
      at: 2,
    })
    expect(values.get('Compress')?.value).toBe('no')
  })

  it('lets a file in /etc hide one of the same name elsewhere', () => {
    const values = readSystemdSettings(
      main,
      [
        file('/usr/lib/systemd/journald.conf.d/50-x.conf', '[Journal]\nStorage=persistent'),
        file('/etc/systemd/journald.conf.d/50-x.conf', ''),
      ],
      folders,
      'Journal',
    )
    expect(values.get('Storage')?.value).toBe('volatile')
  })

  it('passes over other sections and takes an empty value as the default', () => {
    const text = file(
      '/etc/systemd/journald.conf',
      '[Other]\nStorage=none\n[Journal]\nStorage=none\nStorage=\n; Seal=no',
    )
    expect(readSystemdSettings(text, [], folders, 'Journal').size).toBe(0)
  })
})

describe('readTimeSpan', () => {
  it.each([
    ['1month', 2630016],
    ['3year', 94672800],
    ['2 weeks 1d', 1296000],
    ['90', 90],
    ['0', 0],
    ['1h30min', 5400],
    ['infinity', 'infinity'],
  ])('reads %s', (text, expected) => {
    expect(readTimeSpan(text)).toBe(expected)
  })

  it.each(['', 'soon', '1 fortnight', '-1', '1 constructor'])('refuses %j', (text) => {
    expect(readTimeSpan(text)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readTimeSpan(text)))
  })
})
