import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Fact, Scope, Value } from '../core/fact.ts'
import { judgeComponent } from '../core/judge.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { loadBaseline } from '../files/built-in.ts'
import { captureBaseline } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'seisa-capture-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const root: Scope = { kind: 'category', key: 'root', accounts: 'privileged' }
const fact = (setting: string, value: Value, scope?: Scope): Fact => ({
  setting,
  state: 'known',
  value,
  origin: 'configured',
  evidence: [{ source: 'test' }],
  ...(scope && { scope }),
})
const golden = (length: number, rootLength: number): Snapshot => ({
  component: {
    id: 'server:1',
    kind: 'server',
    name: 'golden',
    platform: 'linux/debian-12',
    identifiers: [],
    observedAt: '2026-11-20T00:00:00Z',
  },
  facts: [
    fact('password.minimum-length', length),
    fact('password.minimum-length', rootLength, root),
    fact('session.idle-lock', 300),
  ],
  scopes: [{ settings: ['password.minimum-length'], scope: root }],
  populations: [],
  tables: [],
  gaps: [],
})
const captured = (snapshot: Snapshot, judged: Snapshot): readonly string[] => {
  const path = join(folder, 'captured.yaml')
  writeFileSync(path, captureBaseline([snapshot], 'en'))
  return judgeComponent(judged, [loadBaseline([path])]).map((one) => `${one.requirement} ${one.verdict}`)
}

describe('a captured baseline', () => {
  it('passes on the machine that it was captured from', () => {
    const snapshot = golden(14, 8)
    expect(captured(snapshot, snapshot)).toEqual([
      'password-minimum-length-category-root pass',
      'session-idle-lock pass',
    ])
  })
  it('fails on a machine whose scope differs', () => {
    expect(captured(golden(14, 8), golden(14, 6))).toContain('password-minimum-length-category-root fail')
  })
  it('holds for the default and its scopes alike where they agree', () => {
    expect(captured(golden(14, 14), golden(14, 14))).toContain('password-minimum-length pass')
    expect(captured(golden(14, 14), golden(12, 14))).toContain('password-minimum-length fail')
  })
  it('names the defaults that it leaves out', () => {
    expect(captureBaseline([golden(14, 8)], 'en')).toMatch(/not the default.*password\.minimum-length/)
    expect(captureBaseline([golden(14, 14)], 'en')).not.toContain('not the default')
  })
})
