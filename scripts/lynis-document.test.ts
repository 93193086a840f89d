import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../scanners/endpoint/index.ts'
import { labSuite } from '../lab/suites.ts'
import { packageRoot } from '../src/package-root.ts'
import { lynisDocument, lynisTests, reasons } from './lynis-document.ts'

const tests = lynisTests(packageRoot())
const database = '/usr/share/lynis/db/tests.db'

describe('the table of Lynis tests', () => {
  it('names only settings and tables that the Linux scanner reads', () => {
    const observed = new Set([...endpoint.observes.settings, ...endpoint.observes.rows])
    const strange = tests.flatMap(({ id, readAs }) =>
      readAs.filter((name) => !observed.has(name)).map((name) => `${id}: ${name}`),
    )
    expect(strange).toEqual([])
  })

  it('has each test once, with a reason where nothing reads the same', () => {
    expect(new Set(tests.map((test) => test.id)).size).toBe(tests.length)
    expect(tests.filter((test) => test.readAs.length === 0 && !(test.note in reasons)).map((test) => test.id)).toEqual(
      [],
    )
    expect(tests.filter((test) => test.what === '').map((test) => test.id)).toEqual([])
  })

  it('stands in docs/lynis.md as it is in docs/lynis.tsv', () => {
    expect(readFileSync(join(packageRoot(), 'docs/lynis.md'), 'utf8')).toBe(lynisDocument(tests))
  })

  labSuite('and the installed Lynis', { available: existsSync(database), lacks: 'Lynis' }, () => {
    it('agree on the tests that there are', () => {
      const installed = readFileSync(database, 'utf8')
        .split('\n')
        .filter((line) => /^[A-Z]+-\d+:/.test(line))
        .map((line) => line.split(':')[0])
      expect(installed.filter((id) => !tests.some((test) => test.id === id))).toEqual([])
    })
  })
})
