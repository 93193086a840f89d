import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import { type CredentialContext, resolveCredential } from './credentials.ts'

let folder = ''
let context: CredentialContext = { env: {}, folder: '', secrets: new Set() }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-credentials-'))
  context = { env: { SEISA_PASSWORD: 'hunter22', EMPTY: '', PATH: process.env['PATH'] }, folder, secrets: new Set() }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (text: string, mode = 0o600): string => {
  writeFileSync(join(folder, 'password'), text)
  chmodSync(join(folder, 'password'), mode)
  return 'file:password'
}
const refused = async (reference: string): Promise<Fault> => {
  const error: unknown = await resolveCredential(reference, context).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Fault)) throw new Error('nothing was refused', { cause: error })
  expect(error.code).toBe('configuration')
  expect(JSON.stringify([error.what, error.next, error.message, String(error.cause)])).not.toContain('hunter22')
  return error
}

describe('a credential', () => {
  it('comes from the environment, a file or a command, and is known as secret from then on', async () => {
    expect(await resolveCredential('env:SEISA_PASSWORD', context)).toBe('hunter22')
    expect(await resolveCredential(file('from file\n'), context)).toBe('from file')
    expect(await resolveCredential('exec:printf "from command\\n\\n"', context)).toBe('from command\n')
    expect([...context.secrets]).toEqual(['hunter22', 'from file', 'from command\n', 'from command'])
  })

  it('may be reached through a link to a protected file', async () => {
    file('hunter22')
    symlinkSync(join(folder, 'password'), join(folder, 'link'))
    expect(await resolveCredential('file:link', context)).toBe('hunter22')
  })
})

describe('a credential is refused', () => {
  it('when it is no reference', async () => {
    await refused('hunter22')
  })

  it('when the variable, the file or the value is missing', async () => {
    expect((await refused('env:NONE')).what.ja).toBe('環境変数 NONE がない')
    expect((await refused('env:EMPTY')).what.ja).toBe('env:EMPTY の値が空である')
    expect((await refused('file:none')).what.en).toContain('ENOENT')
    expect((await refused(file('\n'))).what.ja).toContain('空である')
  })

  it('when others can read or write the file', async () => {
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      const fault = await refused(file('hunter22', mode))
      expect(fault.next?.ja).toContain('chmod 600')
    }
  })

  it.runIf(process.getuid?.() === 0)('when the file belongs to somebody else', async () => {
    file('hunter22')
    chownSync(join(folder, 'password'), 65534, 65534)
    expect((await refused('file:password')).what.en).toContain('belongs to somebody else')
  })

  it('when the place is not a regular file', async () => {
    expect((await refused(`file:${folder}`)).what.en).toContain('not a regular file')
  })

  it('when its command fails, without showing what the command said or its arguments', async () => {
    const fault = await refused('exec:sh -c "echo hunter22; echo hunter22 >&2; exit 3" hunter22')
    expect(fault.what.en).toBe('the command for a credential failed (exec:sh …, 3)')
  })

  it('when its command gives more than any secret', async () => {
    expect((await refused('exec:yes hunter22')).what.en).toContain('too much output')
  })

  it('when its command waits for an answer, which nobody gives', async () => {
    expect((await refused('exec:cat')).what.en).toContain('exec:cat')
  })

  it.skipIf(process.platform === 'win32')(
    'when the run ends first: the command ends too, with all it started',
    async () => {
      const over = new AbortController()
      context = { ...context, signal: over.signal }
      const pid = join(folder, 'pid')
      const waiting = refused(`exec:sleep 600 & echo $! >${pid}.new; mv ${pid}.new ${pid}; wait | cat`)
      while (!existsSync(pid)) await setTimeout(10)
      over.abort()
      expect((await waiting).what.en).toContain('interrupted')
      const stat = `/proc/${readFileSync(pid, 'utf8').trim()}/stat`
      while (existsSync(stat) && !/^\d+ \(.*\) Z/.test(readFileSync(stat, 'utf8'))) await setTimeout(10)
    },
  )
})
