import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../package-root.ts'
import { readConfig } from './config.ts'
import { formatProblems, problemsOf } from './problems.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-config-'))
  mkdirSync(join(folder, 'lists'))
  write('lists/a.csv', '区分,名称\n許可,a\n')
  write(
    'lists/b.yaml',
    'software-list: b\nversion: 1\ntitle: B\nentries:\n  - {id: x, name: x, status: deny, reason: x}\n',
  )
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
async function read(lists: string) {
  write('seisa.yaml', `software-lists:\n${lists}\n`)
  return (await readConfig(join(folder, 'seisa.yaml'), { scanners: [] })).softwareLists
}
const refusal = (lists: string): Promise<string> =>
  read(lists).then(
    () => 'nothing',
    (error: unknown) => formatProblems(problemsOf(error) ?? [], 'en').replaceAll(`${folder}/`, ''),
  )

describe('software-lists of seisa.yaml', () => {
  it('are read from where the configuration lies, and say what a table can not', async () => {
    const lists = await read(
      [
        '  - file: lists/a.csv',
        '    id: servers',
        '    version: 7',
        '    title: {ja: サーバ, en: Servers}',
        '    unlisted: accepted',
        '    role: administrator',
        '    for: {kind: [server], label: {zone: dmz}}',
        '  - file: lists/b.yaml',
      ].join('\n'),
    )
    expect(lists).toMatchObject([
      {
        list: {
          id: 'servers',
          version: 7,
          title: { ja: 'サーバ', en: 'Servers' },
          unlisted: 'accepted',
          entries: [{ match: { name: 'a' }, at: 'lists/a.csv:2' }],
        },
        role: 'administrator',
        for: { kind: ['server'], label: { zone: 'dmz' } },
      },
      { list: { id: 'b', unlisted: 'accepted', entries: [{ at: 'lists/b.yaml:5' }] } },
    ])
    expect(lists[1]).not.toHaveProperty('role')
  })

  it('come with every problem of theirs, beside those of the configuration', async () => {
    write('lists/bad.csv', '区分,名称\n△,a\n許可,*\n')
    const said = await refusal('  - file: lists/bad.csv\n  - file: lists/none.csv\n  - {fil: lists/a.csv}')
    for (const place of ['lists/bad.csv:2:1', 'lists/bad.csv:3:4', 'seisa.yaml:3:11', 'seisa.yaml:4:6'])
      expect(said).toContain(place)
    expect(said).toContain('there is no such file')
    expect(said).toContain('did you mean “file”?')
  })

  it('are not used twice on the same components, and have ids of their own', async () => {
    expect(await refusal('  - file: lists/a.csv\n  - file: ./lists/a.csv')).toContain('the same list is used twice')
    expect(await refusal('  - {file: lists/a.csv, id: b}\n  - file: lists/b.yaml')).toContain(
      'two lists have the id “b”',
    )
    const both = await read(
      '  - {file: lists/a.csv, for: {kind: [server]}}\n  - {file: lists/a.csv, for: {kind: [workstation]}}',
    )
    expect(both).toHaveLength(2)
  })

  it('in YAML are told nothing that they say themselves', async () => {
    const said = await refusal('  - {file: lists/b.yaml, id: c, unlisted: forbidden}')
    expect(said).toContain('seisa.yaml:2:26: a list in YAML says this itself')
    expect(said).toContain('seisa.yaml:2:33: a list in YAML says this itself')
  })
})

describe('the shipped schema of software lists', () => {
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    JSON.parse(readFileSync(join(packageRoot(), 'schemas/seisa-software-list-1.schema.json'), 'utf8')),
  )
  const accepts = (entry: string): boolean =>
    validate(
      parse(`software-list: a\nversion: 1\ntitle: t\nentries:\n  - {id: x, status: allow, reason: r, ${entry}}\n`),
    )

  it('accepts what the reader accepts, and no version that is a number', () => {
    expect(accepts("name: x, version: '>= 1.10'")).toBe(true)
    expect(accepts('match: {publisher: x}, version: {at-least: "1"}, components: {kind: [server]}')).toBe(true)
    expect(accepts('name: x, version: 1.10')).toBe(false)
    expect(accepts('match: {nme: x}')).toBe(false)
    expect(accepts('match: {}')).toBe(false)
    expect(accepts('name: x, components: {kind: [sever]}')).toBe(false)
  })
})
