import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findViolations } from './import-rules.ts'

const check = (file: string, source: string): readonly string[] =>
  findViolations(file, source, (specifier) => join(dirname(file), specifier)).map(
    (one) => `${one.line} ${one.imported}`,
  )

describe('the import rules', () => {
  it.each([
    ['src/core/judge.ts', "import { x } from '../files/yaml.ts'", 'src/files/yaml.ts'],
    ['src/core/judge.ts', "export { x } from '../text/width.ts'", 'src/text/width.ts'],
    ['src/core/judge.ts', "const x = await import('../scan/scan.ts')", 'src/scan/scan.ts'],
    ['scanners/endpoint/index.ts', "import type { x } from '../aws-iam/index.ts'", 'scanners/aws-iam/index.ts'],
    ['scanners/endpoint/linux/collect.ts', "import { x } from '../../../src/files/yaml.ts'", 'src/files/yaml.ts'],
    ['reports/json/index.ts', "import { x } from '../terminal/index.ts'", 'reports/terminal/index.ts'],
    ['src/cli/scan.ts', "import { x } from '../../scanners/endpoint/index.ts'", 'scanners/endpoint/index.ts'],
    ['src/cli/scan.ts', "import { x } from '../../reports/json/index.ts'", 'reports/json/index.ts'],
    ['src/readers/pam.ts', "import { x } from '../transport/local.ts'", 'src/transport/local.ts'],
  ])('refuse in %s: %s', (file, source, imported) => {
    expect(check(file, `\n${source}`)).toEqual([`2 ${imported}`])
  })

  it.each([
    ['src/main.ts', "import { x } from '../scanners/endpoint/index.ts'"],
    ['src/cli/scan.ts', "import { x } from '../scan/scan.ts'"],
    ['scanners/endpoint/index.ts', "import { x } from './linux/collect.ts'"],
    ['reports/json/index.ts', "import { x } from '../../src/text/safe.ts'"],
    ['src/core/judge.ts', "import { hash } from 'node:crypto'"],
    ['src/core/judge.test.ts', "import { x } from '../files/yaml.ts'"],
  ])('allow in %s: %s', (file, source) => {
    expect(check(file, source)).toEqual([])
  })

  it('refuse a folder that has no place in the house', () => {
    expect(check('attic/x.ts', '')).toHaveLength(1)
  })
})
