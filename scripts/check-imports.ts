// Enforces who may import whom (docs/architecture.md). Reads every TypeScript file, exits 1 with one
// line per violation.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { findViolations, moduleFiles } from './import-rules.ts'

const root = join(import.meta.dirname, '..')
const files = moduleFiles(root)
const violations = files.flatMap((file) =>
  findViolations(relative(root, file), readFileSync(file, 'utf8'), (specifier) =>
    relative(root, join(dirname(file), specifier)),
  ),
)
for (const { file, line, imported, rule } of violations)
  console.error(`${file}:${line}: must not import ${imported}: ${rule}`)
// a check that looked at nothing has not passed
if (files.length === 0) console.error('no module was found')
if (violations.length > 0 || files.length === 0) process.exitCode = 1
else console.log(`import rules hold in ${files.length} modules`)
