import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleResult } from '../../reports/testing/samples.ts'
import { Fault } from '../core/fault.ts'
import type { Report } from '../core/run.ts'
import type { App } from './app.ts'
import { chooseOutputs, type OutputFlags, writeReports } from './outputs.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-outputs-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const reportThat = (id: string, text: string): Report => ({
  id,
  title: { ja: id, en: id },
  extension: 'txt',
  async *render() {
    yield text
  },
})

const written: string[] = []
const appWith = (...reports: readonly Report[]): App => ({
  version: '0',
  scanners: new Map(),
  reports: new Map(reports.map((report) => [report.id, async () => report])),
  collectors: new Map(),
  stdout: { isTTY: false, columns: undefined, rows: undefined, write: async (text) => void written.push(String(text)) },
  stderr: { isTTY: false, columns: undefined, rows: undefined, write: async () => undefined },
  input: { isTTY: false, ask: () => Promise.resolve(undefined) },
  env: {},
  cwd: folder,
  language: 'en',
  now: () => new Date(0),
  signal: new AbortController().signal,
})
const flags = (...format: readonly string[]): OutputFlags => ({ format, color: false })

describe('the reports of a scan', () => {
  it('do not take each other with them when one can not be written', async () => {
    written.length = 0
    const app = appWith(reportThat('terminal', 'shown'), reportThat('junit', 'kept'))
    const asked = flags('junit=no/such/folder/a.xml', 'terminal', 'junit=b.xml')
    const outputs = await chooseOutputs(app, asked)
    const going = writeReports(app, outputs, sampleResult(), asked, undefined)
    await expect(going).rejects.toMatchObject({ code: 'output' })
    expect(written).toEqual(['shown'])
    expect(readFileSync(join(folder, 'b.xml'), 'utf8')).toBe('kept')
  })

  it('have a place each: two names of one file are refused', async () => {
    const app = appWith(reportThat('terminal', ''), reportThat('junit', ''))
    await expect(chooseOutputs(app, flags('terminal=a', 'junit=./a'))).rejects.toThrow(Fault)
  })

  it('count JSON once when it is asked for in two ways', async () => {
    const app = appWith(reportThat('json', '{}'))
    expect(await chooseOutputs(app, { ...flags('json'), json: true })).toHaveLength(1)
  })
})
