import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labSuite, sharedFolder, sharedSuite } from '../lab/suites.ts'
import { childEnvironment, cloneLike } from './testing/packed-package.ts'

const unshareWorks = spawnSync('unshare', ['--net', 'true']).status === 0
const here = process.platform === 'linux' && process.arch === 'x64'

describe.skipIf(!here)('the archive for closed networks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seisa-bundle-'))
  let unpacked = ''
  beforeAll(() => {
    const copy = cloneLike(folder)
    const made = execFileSync(process.execPath, [join(copy, 'scripts/bundle-offline.ts'), join(folder, 'out')], {
      cwd: copy,
      encoding: 'utf8',
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const archive = made.trim().split('\n').at(-1) ?? ''
    execFileSync('sha256sum', ['--check', '--quiet', `${archive}.sha256`], { cwd: join(folder, 'out') })
    execFileSync('tar', ['-xzf', archive, '-C', folder])
    unpacked = archive.replace(/^.*\//, `${folder}/`).replace(/\.tar\.gz$/, '')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds the hash of every file, and every hash is right', () => {
    const check = spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: unpacked, encoding: 'utf8' })
    expect(check).toMatchObject({ status: 0, stdout: '' })
    const hashed = readFileSync(join(unpacked, 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.slice(66))
    const there = execFileSync('find', ['.', '-type', 'f', '!', '-name', 'SHA256SUMS', '-printf', '%P\n'], {
      cwd: unpacked,
      encoding: 'utf8',
    })
    expect(hashed).toEqual(there.trim().split('\n').sort())
  })

  it('runs with an empty environment, by its own Node.js', () => {
    const run = spawnSync(join(unpacked, 'seisa'), ['scan', '--here', '--exit-zero', '--quiet'], {
      cwd: '/',
      env: {},
      encoding: 'utf8',
    })
    expect(run.stderr).toBe('')
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('ipa-sme')
  })

  labSuite('without any network', { available: unshareWorks, lacks: 'root and network namespaces' }, () => {
    it('scans', () => {
      const run = spawnSync(
        'unshare',
        ['--net', join(unpacked, 'seisa'), 'scan', '--here', '--exit-zero', '--json', '--quiet'],
        { cwd: '/', encoding: 'utf8' },
      )
      expect(run.status).toBe(0)
      expect(JSON.parse(run.stdout)).toMatchObject({ exit: { code: 0 } })
    })
  })

  sharedSuite(
    'its bill of materials',
    ['schemas/bom-1.6.schema.json', 'schemas/spdx.schema.json', 'schemas/jsf-0.82.schema.json'],
    () => {
      const read = (path: string): object => JSON.parse(readFileSync(path, 'utf8')) as object

      it('is valid CycloneDX 1.6 and names every module of the lockfile that it ships', () => {
        const ajv = new Ajv({ strict: false, validateFormats: false })
        for (const name of ['spdx', 'jsf-0.82']) ajv.addSchema(read(join(sharedFolder, `schemas/${name}.schema.json`)))
        const validate = ajv.compile(read(join(sharedFolder, 'schemas/bom-1.6.schema.json')))
        const bill = read(join(unpacked, 'sbom.cdx.json'))
        expect(validate(bill) ? [] : validate.errors).toEqual([])
        const names = (bill as { components: { name: string }[] }).components.map((component) => component.name)
        expect(names).toEqual(expect.arrayContaining(['node', 'ajv', 'commander', 're2js', 'yaml']))
      })
    },
  )
})
