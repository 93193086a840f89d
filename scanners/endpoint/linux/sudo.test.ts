import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commandOnMachine, type Machine, machineLab } from '../../../lab/machine.ts'
import { labSuite } from '../../../lab/suites.ts'
import { packageRoot } from '../../../src/package-root.ts'
import { collectorScript } from './collector.ts'

const installed = '/usr/local/libexec/seisa-collect'
const uid = 4242
const lab = machineLab()
const sudoLab = existsSync('/usr/bin/sudo') ? lab : { available: false, lacks: 'sudo (npm run lab:install)' }

labSuite('an ordinary user with sudo for exactly the collector', sudoLab, () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seisa-sudo-'))
    writeFileSync(join(folder, 'collect.sh'), collectorScript().text)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const config = `baselines: [{use: ipa-sme}]
targets: [{name: here, scanner: endpoint, platform: linux, here: true, sudo: ${installed}}]
`
  const machine = (sudoers: string): Machine => ({
    uid,
    files: { '/etc/sudoers.d/seisa': sudoers, '/etc/seisa-test/seisa.yaml': config },
    modes: { '/etc/sudoers.d/seisa': '0440' },
    // the account, a state folder it may write, and the script where the administrator would install it
    prepare: `echo 'seisa:x:${uid}:${uid}::/nonexistent:/bin/sh' >>/etc/passwd
echo 'seisa:!:20000:0:99999:7:::' >>/etc/shadow
mkdir -p /usr/local/libexec
mount -t tmpfs none /usr/local/libexec
cp ${join(folder, 'collect.sh')} ${installed}
chmod 755 ${installed}
chown -R ${uid} /etc/seisa-test`,
    environment: { LC_ALL: 'C' },
  })
  const scan = (sudoers: string) =>
    commandOnMachine(
      [
        process.execPath,
        join(packageRoot(), 'src/main.ts'),
        'scan',
        '--config',
        '/etc/seisa-test/seisa.yaml',
        '--json',
        '--quiet',
      ],
      machine(sudoers),
    )

  it('reads what only root can read', () => {
    const run = scan(`seisa ALL=(root) NOPASSWD: ${installed} ""\n`)
    expect(run.stderr).toBe('')
    const result = JSON.parse(run.stdout) as {
      targets: { state: string }[]
      components: { settings: Record<string, { state: string }> }[]
    }
    expect(result.targets[0]?.state).toBe('ok')
    expect(result.components[0]?.settings['account-policy.built-in-administrator-enabled']?.state).toBe('known')
  })

  it('says what the administrator must do when sudo refuses, and is incomplete', () => {
    const run = scan('# nothing granted\n')
    expect(run.status).toBe(3)
    const result = JSON.parse(run.stdout) as { targets: { state: string }[]; gaps: { needs?: { en: string } }[] }
    expect(result.targets[0]?.state).toBe('denied')
    expect(result.gaps[0]?.needs?.en).toContain('seisa doctor')
  })
})
