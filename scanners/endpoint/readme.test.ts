import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { labSuite } from '../../lab/suites.ts'
import { collectorArguments } from './linux/collect.ts'
import { collectorScript } from './linux/collector.ts'

const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
/** Every word in code marks: the commands among them are what an administrator allows. */
const listed = new Set([...readme.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.split(/[^\w.-]+/)))

describe('the README of the endpoint scanner', () => {
  it('names every command that the script gives a time limit', () => {
    const { text } = collectorScript()
    const run = [...text.matchAll(/\brun(?:_all)? \S+ \d+ ([a-z][\w.-]*)/g)].map(([, command = '']) => command)
    const limited = [...text.matchAll(/\blimited (?:\d+|"\$\w+") ([a-z][\w.-]*)/g)].map(([, command = '']) => command)
    expect(run.length).toBeGreaterThan(15)
    expect(limited.length).toBeGreaterThan(8)
    expect([...new Set([...run, ...limited])].filter((command) => !listed.has(command))).toEqual([])
  })

  it('names every option that the script may be given', () => {
    for (const option of collectorArguments) expect(readme).toContain(`\`${option}\``)
  })

  const traces = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0
  labSuite('and a trace of a real run', { available: traces, lacks: 'strace' }, () => {
    it('agree: the script started nothing that is not named', () => {
      const folder = mkdtempSync(join(tmpdir(), 'seisa-readme-'))
      try {
        writeFileSync(join(folder, 'collect.sh'), collectorScript().text)
        spawnSync(
          'strace',
          ['-f', '-qq', '-e', 'trace=execve', '-o', join(folder, 'trace'), 'sh', join(folder, 'collect.sh')],
          { stdio: 'ignore', cwd: '/' },
        )
        const lines = readFileSync(join(folder, 'trace'), 'utf8')
          .split('\n')
          .filter((line) => line.endsWith(' = 0'))
        const started = [...new Set(lines.flatMap((line) => /execve\("([^"]+)"/.exec(line)?.[1] ?? []))].map((path) =>
          basename(path),
        )
        expect(started.length).toBeGreaterThan(10)
        expect(started.filter((command) => command !== 'sh' && !listed.has(command))).toEqual([])
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
})
