import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { endpoint } from '../../scanners/endpoint/index.ts'
import type { Language } from '../core/text.ts'
import { type KnownScanner, loadBaselines, readConfig } from './config.ts'
import { starterFiles, writeStarter } from './init.ts'

const scanners: readonly KnownScanner[] = [endpoint]
const languages: readonly Language[] = ['ja', 'en']

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-init-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a new project', () => {
  test.each(languages)('can be scanned at once (%s)', async (language) => {
    await writeStarter(folder, language)
    const config = await readConfig(join(folder, 'seisa.yaml'), { scanners })
    expect(config.targets).toEqual([
      { name: 'this-machine', scanner: 'endpoint', platform: 'linux', labels: {}, options: { here: true } },
    ])
    const [baseline] = loadBaselines(config)
    expect([baseline?.id, baseline?.root, baseline?.loosened]).toEqual(['our-rules', 'ipa-sme', []])
    expect(baseline?.requirements.map(({ id }) => id)).toContain('clock-synchronised')
  })

  test.each(languages)('also when everything that is commented out is used (%s)', async (language) => {
    await writeStarter(folder, language)
    for (const name of ['seisa.yaml', 'baselines/our-rules.yaml']) {
      const path = join(folder, name)
      const text = readFileSync(path, 'utf8')
      // Lines that are YAML behind their mark, and not prose.
      const used = text.replaceAll(
        /^( *)# ?((?:- )?(?:organisation|kind|labels|owner|parameters|disable|use|for|name|limits): ?.*|  (?:idle-lock|priv-length\.min-length|- \{requirement).*|(?: {2}){1,3}(?:for|parameters|disable|scanner|platform|hosts|username|sudo|labels|network-zone|concurrency|- ).*)$/gm,
        '$1$2',
      )
      expect(used).not.toBe(text)
      writeFileSync(path, used)
    }
    const config = await readConfig(join(folder, 'seisa.yaml'), { scanners })
    expect(config.baselines).toHaveLength(2)
    expect(loadBaselines(config).map(({ disabled }) => disabled.length)).toEqual([1, 1])
    expect(config.targets.map(({ name, options }) => [name, options['username']])).toEqual([
      ['this-machine', undefined],
      ['web/web-1', 'seisa'],
      ['web/10.0.0.5:2222', 'admin'],
    ])
    expect([...config.limits.networkZones]).toEqual([['dmz', 4]])
  })

  it('keeps what seisa stores out of version control', async () => {
    await writeStarter(folder, 'ja')
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('.seisa/\n')
  })

  it('never overwrites: it says what exists and writes nothing', async () => {
    writeFileSync(join(folder, 'seisa.yaml'), 'mine\n')
    await expect(writeStarter(folder, 'ja')).rejects.toMatchObject({
      code: 'output',
      what: { ja: `既にあるので何も書かない: ${join(folder, 'seisa.yaml')}` },
    })
    expect(readdirSync(folder)).toEqual(['seisa.yaml'])
    expect(readFileSync(join(folder, 'seisa.yaml'), 'utf8')).toBe('mine\n')
  })

  it('leaves a .gitignore alone that is already there', async () => {
    writeFileSync(join(folder, '.gitignore'), 'mine\n')
    expect(await writeStarter(folder, 'en')).not.toContain(join(folder, '.gitignore'))
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine\n')
  })

  it('has the same files in both languages', () => {
    const paths = (language: Language) => starterFiles(language).map(({ path }) => path)
    expect(paths('en')).toEqual(paths('ja'))
  })
})
