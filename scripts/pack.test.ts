import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packedPackage } from './testing/packed-package.ts'

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seisa-pack-'))
  let installed = ''
  beforeAll(() => {
    installed = packedPackage(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const seisa = (...words: readonly string[]) =>
    spawnSync(process.execPath, [join(installed, 'bin/seisa.cjs'), ...words, '--lang', 'en'], {
      cwd: folder,
      encoding: 'utf8',
      env: {},
    })
  const files = (): readonly string[] =>
    readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1))

  it('says its version', () => {
    const run = spawnSync(process.execPath, [join(installed, 'bin/seisa.cjs'), '--version'], { encoding: 'utf8' })
    expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('scans this machine with the collector that it carries', () => {
    const run = seisa('scan', '--here', '--exit-zero', '--json')
    expect(run.stderr).not.toMatch(/error/i)
    expect(run.status).toBe(0)
    const result = JSON.parse(run.stdout) as { components: unknown[]; findings: unknown[] }
    expect(result.components).toHaveLength(1)
    expect(result.findings.length).toBeGreaterThan(20)
  })

  it('finds its baselines', () => {
    const run = seisa('baseline', 'list')
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('ipa-sme')
  })

  it('gives programs the catalogue and the judge, with their types', () => {
    const face = pathToFileURL(join(installed, 'dist/src/core/index.js')).href
    const script = `const { settings, judgeComponent } = await import(${JSON.stringify(face)}); console.log(settings.has('lockout.threshold'), typeof judgeComponent)`
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe(
      'true function\n',
    )
    expect(existsSync(join(installed, 'dist/src/core/index.d.ts'))).toBe(true)
  })

  it('carries its licence and what people read', () => {
    expect(files()).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'README.ja.md',
        'CHANGELOG.md',
        'SECURITY.md',
        'scanners/endpoint/README.md',
      ]),
    )
  })

  it('carries no tests, no fixtures, no lab and no source that Node.js would refuse to run from a package', () => {
    const unwanted = /\.test\.|(^|\/)(testing|fixtures|lab|bench|scripts)\/|\.samples\.yaml$|(?<!\.d)\.ts$/
    expect(files().filter((path) => unwanted.test(path))).toEqual([])
  })
})
