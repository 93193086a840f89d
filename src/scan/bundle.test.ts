import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleSources } from './bundle.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-bundle-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What each source of a bundle gives: its text, or what is wrong with it. */
async function contents(path: string): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = []
  for (const source of await bundleSources(path)) {
    if (source.kind !== 'bundle') continue
    try {
      const chunks = await Array.fromAsync(source.open())
      found.push([source.name, Buffer.concat(chunks).toString()])
    } catch (cause) {
      found.push([source.name, cause instanceof Error ? cause.message : ''])
    }
  }
  return Object.fromEntries(found)
}

describe('a bundle', () => {
  it('may be one file', async () => {
    writeFileSync(join(folder, 'a.evidence'), 'x')
    expect(await contents(join(folder, 'a.evidence'))).toEqual({ a: 'x' })
  })

  it('may be a folder: links are followed, hidden names passed over, anything else is a problem', async () => {
    writeFileSync(join(folder, 'b.evidence'), 'x')
    symlinkSync(join(folder, 'b.evidence'), join(folder, 'a.evidence'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'c.evidence'))
    mkdirSync(join(folder, 'more'))
    writeFileSync(join(folder, '.DS_Store'), 'x')
    const found = await contents(folder)
    expect(Object.keys(found)).toEqual(['a', 'b', 'c', 'more'])
    expect(found).toMatchObject({ a: 'x', b: 'x' })
    expect(found['c']).toContain('can not read')
    expect(found['more']).toContain('is not a file')
  })

  it('that is empty or not there is an error', async () => {
    await expect(bundleSources(folder)).rejects.toMatchObject({ code: 'nothing-to-do' })
    await expect(bundleSources(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'usage' })
  })
})
