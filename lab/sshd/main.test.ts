import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { labSuite } from '../suites.ts'
import { sshdLab } from './index.ts'

const program = join(import.meta.dirname, 'main.ts')

labSuite('npm run lab:sshd', sshdLab(), () => {
  it('starts hosts, says how to reach them, and leaves nothing after Ctrl-C', async () => {
    const child = spawn(process.execPath, [program, '2'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (line.startsWith('# Ctrl-C')) break
    }
    const said = lines.join('\n')
    const byHand = /^# by hand: (ssh .+)$/m.exec(said)?.[1] ?? ''
    const configuration = /is (\/.+seisa\.yaml)$/m.exec(said)?.[1] ?? ''
    expect((await promisify(execFile)('sh', ['-c', `${byHand} hostname`])).stdout).toBe('host-1\n')
    expect(said.startsWith(readFileSync(configuration, 'utf8'))).toBe(true)
    child.kill('SIGINT')
    expect(await exited).toEqual([0, null])
    expect(existsSync(configuration)).toBe(false)
  })

  it('refuses what is no number of hosts', () => {
    expect(spawnSync(process.execPath, [program, 'many']).status).toBe(10)
    expect(spawnSync(process.execPath, [program, '0']).status).toBe(10)
  })
})
