import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endpoint } from '../../scanners/endpoint/index.ts'
import { operators } from '../core/baseline.ts'
import { packageRoot } from '../package-root.ts'
import { loadBaseline } from './built-in.ts'
import { loadBaselines, readConfig } from './config.ts'
import { writeStarter } from './init.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-docs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const docs = (name: string): string => readFileSync(join(packageRoot(), 'docs', name), 'utf8')
const examples = (name: string): readonly string[] =>
  [...docs(name).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
const head = 'baseline: example\nversion: 1\ntitle: 例\n'
const load = (text: string) => {
  const path = join(folder, 'example.yaml')
  writeFileSync(path, text)
  return loadBaseline([path])
}

describe('the documentation', () => {
  it('shows a seisa.yaml that works', async () => {
    const [example] = examples('configuration.md')
    await writeStarter(folder, 'ja')
    writeFileSync(join(folder, 'seisa.yaml'), example ?? '')
    const config = await readConfig(join(folder, 'seisa.yaml'), { scanners: [endpoint] })
    expect(loadBaselines(config)).toHaveLength(2)
    expect(config.targets.map(({ name }) => name)).toEqual(['this-machine', 'web/web-1', 'web/10.0.0.5:2222', '予備'])
  })

  it('shows baselines, requirements and conditions that work', () => {
    const [whole, conditions, rows, extending] = examples('requirements.md')
    expect(load(whole ?? '').requirements).toHaveLength(1)
    const indented = (conditions ?? '').replaceAll(/^/gm, '    ')
    expect(
      load(`${head}requirements:\n  - id: r\n    title: 例\n    severity: low\n${indented}`).requirements,
    ).toHaveLength(1)
    expect(load(`${head}requirements:\n${rows ?? ''}`).requirements).toHaveLength(2)
    const built = load(extending ?? '')
    expect(built.root).toBe('ipa-sme')
    // The replaced requirement cites no clause any more, which is a change.
    expect(built.loosened.map(({ kind, requirement }) => [kind, requirement])).toEqual([
      ['changed', 'terminal-idle-end'],
      ['disabled', 'screen-lock'],
    ])
  })

  it('names every operator', () => {
    for (const operator of operators) expect(docs('requirements.md')).toContain(`\`${operator}`)
  })
})
