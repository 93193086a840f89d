import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import { packageRoot } from '../package-root.ts'
import { writeFileAtomically } from './write.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-write-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const outputFault = async (action: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Fault)) throw new Error('no fault was thrown', { cause: error })
  expect(error.code).toBe('output')
  return error
}

describe('writing a file', () => {
  it('leaves exactly the content, readable by its owner only', async () => {
    const path = join(folder, 'report.json')
    await writeFileAtomically(path, '報告\n')
    expect(readFileSync(path, 'utf8')).toBe('報告\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['report.json'])
  })

  it('writes pieces as they come, texts and bytes', async () => {
    const path = join(folder, 'report.json')
    await writeFileAtomically(
      path,
      (async function* () {
        yield 'あ'
        yield Buffer.from('い')
      })(),
      { mode: 0o640 },
    )
    expect(readFileSync(path, 'utf8')).toBe('あい')
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it('replaces an old file in one step', async () => {
    const path = join(folder, 'report.json')
    writeFileSync(path, 'old')
    chmodSync(path, 0o644)
    await writeFileAtomically(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('never overwrites when told not to', async () => {
    const path = join(folder, 'seisa.yaml')
    writeFileSync(path, 'mine')
    const fault = await outputFault(writeFileAtomically(path, 'new', { exclusive: true }))
    expect(fault.what.ja).toContain('上書きしない')
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})

describe('when writing fails', () => {
  it('keeps the old file and leaves nothing behind when the content breaks off', async () => {
    const path = join(folder, 'report.json')
    writeFileSync(path, 'old')
    const broken = async function* (): AsyncGenerator<string> {
      yield 'half'
      throw new Error('the source broke')
    }
    await expect(writeFileAtomically(path, broken())).rejects.toThrow('the source broke')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.json'])
  })

  it.runIf(process.platform === 'linux')('keeps the old file when a file may not grow further', () => {
    const path = join(folder, 'report.json')
    writeFileSync(path, 'old')
    const code = `const {writeFileAtomically} = await import(${JSON.stringify(join(packageRoot(), 'src/files/write.ts'))})
      await writeFileAtomically(process.argv[1], 'x'.repeat(1e6)).catch((error) => { process.stdout.write(error.code); process.exitCode = 13 })`
    const run = spawnSync('sh', ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath, '-e', code, path], {
      encoding: 'utf8',
    })
    expect([run.status, run.stdout]).toEqual([13, 'output'])
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.json'])
  })

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'keeps the old file on a full disk, and says so',
    async ({ skip }) => {
      const disk = join(folder, 'disk')
      mkdirSync(disk)
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0
      if (!mounted) skip('mounting a small file system is not allowed here')
      try {
        const path = join(disk, 'report.json')
        writeFileSync(path, 'old')
        const fault = await outputFault(writeFileAtomically(path, 'x'.repeat(1e6)))
        expect(fault.what).toEqual({
          ja: `${path} に書き込めない: 空き容量が足りない`,
          en: `cannot write ${path}: no space is left`,
        })
        expect(readFileSync(path, 'utf8')).toBe('old')
        expect(readdirSync(disk)).toEqual(['report.json'])
      } finally {
        execFileSync('umount', [disk])
      }
    },
  )

  it('refuses a symbolic link in place of the file', async () => {
    const elsewhere = join(folder, 'elsewhere')
    writeFileSync(elsewhere, 'precious')
    symlinkSync(elsewhere, join(folder, 'report.json'))
    const fault = await outputFault(writeFileAtomically(join(folder, 'report.json'), 'new'))
    expect(fault.what.en).toContain('is a symbolic link')
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious')
  })

  it('refuses a symbolic link in place of the folder', async () => {
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), join(folder, 'reports'))
    await outputFault(writeFileAtomically(join(folder, 'reports', 'report.json'), 'new'))
    expect(readdirSync(join(folder, 'real'))).toEqual([])
  })

  it('says that the folder is missing', async () => {
    const fault = await outputFault(writeFileAtomically(join(folder, 'none', 'report.json'), 'new'))
    expect(fault.what.ja).toContain('フォルダーがない')
    expect(fault.next?.ja).toBe('先にフォルダーを作る')
  })

  it('refuses what is not a regular file', async () => {
    mkdirSync(join(folder, 'report.json'))
    await outputFault(writeFileAtomically(join(folder, 'report.json'), 'new'))
    expect(statSync(join(folder, 'report.json')).isDirectory()).toBe(true)
  })
})
