import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../package-root.ts'
import { builtInBaselines } from './built-in.ts'
import { starterFiles } from './init.ts'
import { schemaDocuments } from './schema-documents.ts'

const shipped = (file: string): unknown => JSON.parse(readFileSync(join(packageRoot(), 'schemas', file), 'utf8'))
const validator = (file: string) => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  return ajv.compile(shipped(file) as object)
}

describe('the shipped schemas', () => {
  test.each(schemaDocuments().map(({ file, schema }) => [file, schema] as const))(
    '%s is what scripts/make-schemas.ts makes',
    (file, schema) => {
      expect(shipped(file)).toEqual(JSON.parse(JSON.stringify(schema)))
    },
  )

  it('accept the files of a new project', () => {
    for (const language of ['ja', 'en'] as const) {
      for (const { path, text } of starterFiles(language)) {
        if (!path.endsWith('.yaml')) continue
        const validate = validator(
          path === 'seisa.yaml' ? 'seisa-config-1.schema.json' : 'seisa-baseline-1.schema.json',
        )
        expect([validate(parse(text)), validate.errors]).toEqual([true, null])
      }
    }
  })

  it('accept every file of the built-in baselines', () => {
    const validate = validator('seisa-baseline-1.schema.json')
    for (const document of builtInBaselines()) {
      const folder = join(packageRoot(), 'baselines', document)
      for (const name of readdirSync(folder)) {
        if (!name.endsWith('.yaml') || name === 'controls.yaml' || name.endsWith('.samples.yaml')) continue
        expect([name, validate(parse(readFileSync(join(folder, name), 'utf8'))), validate.errors]).toEqual([
          name,
          true,
          null,
        ])
      }
    }
  })

  it('know settings, fields, operators and values', () => {
    const validate = validator('seisa-baseline-1.schema.json')
    const accepts = (requirement: object): boolean =>
      validate({ baseline: 'x', requirements: [{ id: 'r', title: 't', severity: 'low', ...requirement }] })
    expect(accepts({ expect: { 'lockout.threshold': { 'at-most': 5 } } })).toBe(true)
    expect(accepts({ expect: { 'lockout.threshold': { 'at-most': '$tries' } } })).toBe(true)
    expect(accepts({ expect: { 'lockout.treshold': 5 } })).toBe(false)
    expect(accepts({ expect: { 'lockout.threshold': { 'at-mots': 5 } } })).toBe(false)
    expect(accepts({ expect: { 'lockout.duration': { 'at-least': 30 } } })).toBe(false)
    expect(accepts({ expect: { 'application-control.mode': 'enfroced' } })).toBe(false)
    expect(accepts({ each: 'account', where: { enabled: true }, expect: { 'mfa-enforced': 'always' } })).toBe(true)
    expect(accepts({ each: 'account', expect: { enabeld: true } })).toBe(false)
    expect(accepts({ each: 'account' })).toBe(false)
    expect(accepts({ reject: { 'time.synchronised': true } })).toBe(false)
  })
})
