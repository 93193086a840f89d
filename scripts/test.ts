// The README's test command: types, lint, import rules, unused code, then every test. Ends with one line of
// totals. `npm test -- PATTERN` runs only the tests of matching files.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const patterns = process.argv.slice(2)
// colours only where somebody looks at them
const environment = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
const run = (command: string, ...args: readonly string[]): boolean => {
  console.log(`\n> ${[command, ...args].join(' ')}`)
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: environment }).status === 0
}

const checks: readonly (readonly [string, ...string[]])[] =
  patterns.length > 0
    ? []
    : [
        ['tsc', '--noEmit'],
        ['oxlint', '--deny-warnings'],
        ['biome', 'format', '.'],
        [process.execPath, 'scripts/check-imports.ts'],
        ['knip'],
      ]
const failedChecks = checks.filter(([command, ...args]) => !run(command, ...args)).length

const folder = mkdtempSync(join(tmpdir(), 'seisa-test-'))
const file = join(folder, 'result.json')
run('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...patterns)
const { passed, failed, skipped } = readResult(file)
rmSync(folder, { recursive: true, force: true })

for (const name of new Set(skipped)) console.log(`skipped: ${name}`)
const allFailed = failed + failedChecks
if (failedChecks > 0) console.log(`${failedChecks} of ${checks.length} checks before the tests failed`)
console.log(`\n${passed + checks.length - failedChecks} passed, ${allFailed} failed, ${skipped.length} skipped`)
// no test at all is no success
process.exitCode = allFailed > 0 || passed === 0 ? 1 : 0

/** Counts of vitest's JSON report; a missing or broken report is a failure. */
function readResult(path: string): {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly string[]
} {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as {
      testResults: {
        name: string
        status: string
        message: string
        assertionResults: { status: string; ancestorTitles: string[]; title: string }[]
      }[]
    }
    const tests = report.testResults.flatMap((suite) =>
      suite.assertionResults.map((test) => ({ ...test, file: relative(root, suite.name) })),
    )
    const brokenFiles = report.testResults.filter(
      (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
    )
    return {
      passed: tests.filter((test) => test.status === 'passed').length,
      failed: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
      skipped: tests
        .filter((test) => !['passed', 'failed'].includes(test.status))
        .map((test) => `${test.file}: ${test.ancestorTitles[0] ?? test.title}`),
    }
  } catch (cause) {
    console.error('the test report is missing', cause)
    return { passed: 0, failed: 1, skipped: [] }
  }
}
