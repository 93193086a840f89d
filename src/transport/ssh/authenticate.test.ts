import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  countingHost,
  expiredPasswordHost,
  failedPasswords,
  fewTriesHost,
  japanesePromptHost,
  keyAndPasswordHost,
  radiusModule,
  twoStepHost,
  verificationModule,
} from '../../../lab/sshd/authentication.ts'
import { type Fleet, sshdLab, startFleet } from '../../../lab/sshd/index.ts'
import { labSuite } from '../../../lab/suites.ts'
import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { byPassword, remotely, script, settingsOf } from './testing/remote.ts'

const hello = script('echo hello')
const wrong = { 'env:PASSWORD': 'not-the-password-canary' }

labSuite('logging on to a real sshd', sshdLab(), () => {
  let fleet: Fleet
  let folder = ''
  beforeAll(async () => {
    fleet = await startFleet([
      countingHost('one'),
      countingHost('two'),
      countingHost('three'),
      { ...countingHost('asking'), sshdConfig: 'KbdInteractiveAuthentication yes\nPasswordAuthentication no' },
      { ...countingHost('empty'), sshdConfig: 'PermitEmptyPasswords yes' },
      keyAndPasswordHost('both'),
      {
        name: 'key-and-question',
        sshdConfig: 'AuthenticationMethods publickey,keyboard-interactive\nKbdInteractiveAuthentication yes',
      },
      expiredPasswordHost('expired'),
      fewTriesHost('few-tries'),
      { name: 'keys-only', sshdConfig: 'PasswordAuthentication no\nKbdInteractiveAuthentication no' },
    ])
    folder = mkdtempSync(join(tmpdir(), 'seisa-keys-'))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await fleet.stop()
  })

  const right = (): Readonly<Record<string, string>> => ({ 'env:PASSWORD': fleet.password })
  const newKey = (name: string, ...more: readonly string[]): string => {
    const path = join(folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path, ...more])
    return path
  }
  const encryptedCopy = (name: string): string => {
    const path = join(folder, name)
    copyFileSync(fleet.identityFile, path)
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase-canary', '-f', path])
    return path
  }

  describe('with a password', () => {
    it('gets in by the method password', async () => {
      expect(await remotely(byPassword(fleet.host('one')), hello, { secrets: right() })).toMatchObject({
        output: 'hello\n',
      })
    })

    it('gets in by keyboard-interactive, where that is all that is offered', async () => {
      expect(await remotely(byPassword(fleet.host('asking')), hello, { secrets: right() })).toMatchObject({
        output: 'hello\n',
      })
    })

    it('sends a wrong one once in the whole run, whatever the number of hosts, methods and tries', async () => {
      const run = collectRunWith(wrong)
      const hosts = ['one', 'two', 'three', 'asking'].map((name) => fleet.host(name))
      const results = await Promise.all([...hosts, ...hosts].map((host) => remotely(byPassword(host), hello, { run })))
      expect(results.map(({ fault }) => fault?.code)).toEqual(results.map(() => 'rejected'))
      expect(results.map(({ fault }) => JSON.stringify([fault, fault?.what])).join()).not.toContain('canary')
      expect(hosts.reduce((sum, host) => sum + failedPasswords(host, 'seisa'), 0)).toBe(1)
    })
  })

  describe('with keys and passwords', () => {
    it('gives both where both are asked for', async () => {
      const settings = settingsOf(fleet.host('both'), { password: 'env:PASSWORD' })
      expect(await remotely(settings, hello, { secrets: right() })).toMatchObject({ output: 'hello\n' })
      const question = settingsOf(fleet.host('key-and-question'), { password: 'env:PASSWORD' })
      expect(await remotely(question, hello, { secrets: right() })).toMatchObject({ output: 'hello\n' })
    })

    it('says what is accepted and what was offered when that is not enough', async () => {
      const { fault } = await remotely(settingsOf(fleet.host('both')), hello)
      expect(fault?.code).toBe('denied')
      expect(fault?.what.en).toMatch(/It accepts: password\. Offered: keys .*id_ed25519$/)
      const stranger = settingsOf(fleet.host('keys-only'), { identityFiles: [newKey('stranger')] })
      const refused = await remotely({ ...stranger, password: 'env:PASSWORD' }, hello, { secrets: right() })
      expect(refused.fault?.what.en).toMatch(/It accepts: publickey\. Offered: keys .*stranger$/)
      const nothing = await remotely(settingsOf(fleet.host('keys-only'), { identityFiles: [] }), hello)
      expect(nothing.fault?.what.en).toMatch(/Offered: nothing$/)
      expect(nothing.fault?.next?.ja).toContain('authorized_keys')
    })
  })

  describe('with a key file', () => {
    it('opens an encrypted one with its passphrase', async () => {
      const identityFiles = [encryptedCopy('encrypted')]
      const settings = settingsOf(fleet.host('keys-only'), { identityFiles, passphrase: 'env:PASSPHRASE' })
      const secrets = { 'env:PASSPHRASE': 'passphrase-canary' }
      expect(await remotely(settings, hello, { secrets })).toMatchObject({ output: 'hello\n' })
    })

    it('counts as no wrong password where empty ones are permitted', async () => {
      const host = fleet.host('empty')
      const { fault } = await remotely(settingsOf(host, { identityFiles: [newKey('unknown-there')] }), hello)
      expect(fault?.code).toBe('denied')
      expect(failedPasswords(host, 'seisa')).toBe(0)
    })

    it('names an encrypted one without a passphrase, and one whose passphrase is wrong', async () => {
      const path = encryptedCopy('locked')
      const settings = settingsOf(fleet.host('keys-only'), { identityFiles: [path] })
      const without = await remotely(settings, hello)
      expect(without.fault?.code).toBe('configuration')
      expect(without.fault?.what.en).toBe(
        `the key file ${path} can not be used: it is encrypted, and no passphrase is configured`,
      )
      const bad = await remotely({ ...settings, passphrase: 'env:PASSPHRASE' }, hello, {
        secrets: { 'env:PASSPHRASE': 'wrong-canary' },
      })
      expect(bad.fault?.what.en).toBe(`the key file ${path} can not be used: the passphrase does not open it`)
    })

    it.each([
      ['others can read', (path: string) => chmodSync(path, 0o644), /others can read or write it/],
      ['is no key', (path: string) => writeFileSync(path, 'hello'), /not supported/],
      ['is gone', (path: string) => rmSync(path), /ENOENT/],
    ])('names one that %s', async (_, spoil, expected) => {
      const path = newKey(`spoilt-${expected.source.length}`)
      spoil(path)
      const { fault } = await remotely(settingsOf(fleet.host('keys-only'), { identityFiles: [path] }), hello)
      expect(fault?.code).toBe('configuration')
      expect(fault?.what.en).toContain(path)
      expect(fault?.what.en).toMatch(expected)
    })

    it('does without one that can not be used where another is accepted', async () => {
      const identityFiles = [encryptedCopy('not-needed'), fleet.identityFile]
      expect(await remotely(settingsOf(fleet.host('keys-only'), { identityFiles }), hello)).toMatchObject({
        output: 'hello\n',
      })
    })
  })

  describe('with ssh-agent', () => {
    const agents: (() => void)[] = []
    afterAll(() => agents.forEach((end) => end()))
    const agentWith = async (...keys: readonly string[]): Promise<string> => {
      const socket = join(folder, `agent-${agents.length}`)
      const agent = spawn('ssh-agent', ['-D', '-a', socket], {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: process.env['PATH'], SSH_ASKPASS: '/bin/false' },
      })
      agents.push(() => agent.kill())
      await new Promise((resolve) => agent.stdout.once('data', resolve))
      for (const key of keys) {
        execFileSync('ssh-add', ['-q', ...key.split(' ')], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: 'ignore',
        })
      }
      return socket
    }

    it('gets in with a key that only the agent holds', async () => {
      const agent = await agentWith(newKey('first-in-agent'), fleet.identityFile)
      const settings = settingsOf(fleet.host('keys-only'), { identityFiles: [], identitiesOnly: false, agent })
      expect(await remotely(settings, hello)).toMatchObject({ output: 'hello\n' })
    })

    it('has the agent sign for an encrypted key file, and for a public key file', async () => {
      const agent = await agentWith(newKey('another-in-agent'), fleet.identityFile)
      const publicFile = join(folder, 'only.pub')
      copyFileSync(`${fleet.identityFile}.pub`, publicFile)
      chmodSync(publicFile, 0o644)
      for (const path of [encryptedCopy('in-agent'), publicFile]) {
        const settings = settingsOf(fleet.host('keys-only'), { identityFiles: [path], agent })
        expect(await remotely(settings, hello)).toMatchObject({ output: 'hello\n' })
      }
    })

    it('offers none of its keys where only those of the files are wanted', async () => {
      const agent = await agentWith(fleet.identityFile)
      const settings = settingsOf(fleet.host('keys-only'), { identityFiles: [newKey('the-only-one')], agent })
      const { fault } = await remotely(settings, hello)
      expect(fault?.what.en).toMatch(/Offered: keys \S*the-only-one$/)
    })

    it('offers five keys at most, each once, so that a password can still be sent', async () => {
      const keys = Array.from({ length: 8 }, (_, index) => newKey(`many-${index}`))
      const agent = await agentWith(...keys)
      const many = { identityFiles: keys.slice(0, 2), identitiesOnly: false, agent }
      const { fault } = await remotely(settingsOf(fleet.host('keys-only'), many), hello)
      expect(fault?.code).toBe('denied')
      expect(fault?.what.en).toContain('at most 5 keys are offered')
      expect(fault?.what.en.match(/many-\d/g)).toHaveLength(5)
      const withPassword = settingsOf(fleet.host('one'), { ...many, password: 'env:PASSWORD' })
      expect(await remotely(withPassword, hello, { secrets: right() })).toMatchObject({ output: 'hello\n' })
    })

    it('says so when the server has enough earlier, and sends no password then', async () => {
      const agent = await agentWith(...Array.from({ length: 3 }, (_, index) => newKey(`few-${index}`)))
      const settings = settingsOf(fleet.host('few-tries'), {
        identityFiles: [],
        identitiesOnly: false,
        agent,
        password: 'env:PASSWORD',
      })
      const { fault } = await remotely(settings, hello, { secrets: right() })
      expect(fault?.code).toBe('denied')
      expect(fault?.what.en).toMatch(/after too many tries: Too many authentication failures/)
      expect(fault?.next?.en).toContain('identity-file')
    })

    it('goes on with the password when the agent does not sign', async () => {
      // it would have to ask a person first, and there is none
      const agent = await agentWith(`-c ${fleet.identityFile}`)
      const asking = { identityFiles: [], identitiesOnly: false, agent }
      expect((await remotely(settingsOf(fleet.host('one'), asking), hello)).fault?.code).toBe('denied')
      const settings = settingsOf(fleet.host('one'), { ...asking, password: 'env:PASSWORD' })
      expect(await remotely(settings, hello, { secrets: right() })).toMatchObject({ output: 'hello\n' })
    })

    it('goes on without an agent that is not there', async () => {
      const agent = join(folder, 'no-agent')
      const settings = settingsOf(fleet.host('keys-only'), { identitiesOnly: false, agent })
      expect(await remotely(settings, hello)).toMatchObject({ output: 'hello\n' })
      const { fault } = await remotely({ ...settings, identityFiles: [] }, hello)
      expect(fault?.what.en).toContain(`ssh-agent (${agent}) could not be asked`)
    })
  })

  it('asks for no new password where the old one has expired', async () => {
    const { fault } = await remotely(byPassword(fleet.host('expired')), hello, { secrets: right() })
    expect(fault?.code).toBe('denied')
    expect(fault?.what.en).toMatch(/asks for more when seisa logs on: “.*password/i)
  })
})

labSuite('questions of a real sshd in Japanese', sshdLab([radiusModule, verificationModule]), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      japanesePromptHost('japanese'),
      ...['two-step', 'two-step-too', 'two-step-again'].map(twoStepHost),
    ])
  })
  afterAll(() => fleet.stop())

  it('answers パスワード: with the password', async () => {
    const secrets = { 'env:PASSWORD': fleet.password }
    expect(await remotely(byPassword(fleet.host('japanese')), hello, { secrets })).toMatchObject({ output: 'hello\n' })
  })

  it('never answers the question for a code, and quotes it', async () => {
    const secrets = { 'env:PASSWORD': fleet.password }
    const { fault } = await remotely(byPassword(fleet.host('two-step')), hello, { secrets })
    expect(fault?.code).toBe('denied')
    expect(fault?.what.ja).toContain('さらに入力を求めている: 「認証コード:」')
  })

  it('a wrong password that is followed by the question for a code is sent to one host only', async () => {
    const run = collectRunWith(wrong)
    const hosts = ['two-step', 'two-step-too', 'two-step-again'].map((name) => fleet.host(name))
    const results = await Promise.all(hosts.map((host) => remotely(byPassword(host), hello, { run })))
    expect(results.map(({ fault }) => fault?.code).toSorted()).toEqual(['denied', 'rejected', 'rejected'])
    const doubted = results.find(({ fault }) => fault?.code === 'rejected')
    expect(doubted?.fault?.what.en).toContain('did not say whether it accepts the password')
  })
})
