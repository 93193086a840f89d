import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../../src/package-root.ts'
import { readEvidence } from '../../../../src/readers/evidence.ts'
import { interpretSystem } from '../interpret/system.ts'

const folder = join(packageRoot(), 'scanners/endpoint/linux/collector')
const part = (name: string): string => readFileSync(join(folder, name), 'utf8')
const linux = process.platform === 'linux'

/** What the script's cleaning function makes of a line of a file. */
function clean(file: string, line: string): string {
  const program = `${part('00-prelude.sh')}\n${part('10-system.sh')}\nprintf '%s\\n' "$LINE" | awk "$SYSTEM_CLEAN"' { f = "${file}"; print clean($0) }'`
  return spawnSync('sh', ['-c', program], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LINE: line },
  }).stdout.trimEnd()
}

describe.skipIf(!linux)('the collector’s system part', () => {
  it.each([
    [
      '/etc/fstab',
      '//fs/x /mnt cifs username=a,password=Hunter2,users 0 0',
      '//fs/x /mnt cifs username=***,password=***,users 0 0',
    ],
    ['/etc/dconf/db/local.d/p', "authentication-password='Hunter2'", 'authentication-password=***'],
    ['/etc/dconf/db/local.d/p', 'automount=false', 'automount=false'],
    ['/etc/ssl/openssl.cnf', 'output_password = Hunter2', 'output_password =***'],
    ['/etc/ssl/openssl.cnf', 'MinProtocol = TLSv1.2', 'MinProtocol = TLSv1.2'],
    ['/etc/ssl/openssl.cnf', 'MinProtocol = TLSv1.2 # Hunter2', 'MinProtocol = TLSv1.2 #'],
    ['/etc/ntp.conf', 'crypto pw Hunter2', ''],
    ['/etc/ntp.conf', 'server ntp.example iburst key 5 # Hunter2', 'server ntp.example iburst key 5'],
    [
      '/etc/crypttab',
      'b /dev/sdb Hunter2 luks,pkcs11-uri=pkcs11:pin-value=Hunter2',
      'b /dev/sdb *** luks,pkcs11-uri=***',
    ],
    ['/etc/modprobe.d/x.conf', 'install dccp /bin/false', 'install dccp /bin/false'],
    ['/etc/modprobe.d/x.conf', 'install tipc /bin/sh -c Hunter2', 'install tipc /bin/sh ***'],
    ['/etc/exports', '/srv 10.0.0.0/8(rw,sec=krb5p) # Hunter2', '/srv 10.0.0.0/8(rw,sec=krb5p) #'],
    [
      '/etc/udev/rules.d/x.rules',
      String.raw`ATTR{idVendor}=="1234", RUN+="/bin/sh -c \"echo 0 >authorized; Hunter2\""`,
      'ATTR{idVendor}=<1234>, RUN=<authorized ***>',
    ],
  ])('leaves no secret in a line of %s', (file, line, expected) => {
    expect(clean(file, line)).toBe(expected)
  })

  it('answers whole on this machine, and its answer is understood', async () => {
    const main = 'COLLECTOR=test DEEP=no SIMULATE=no\nprelude\ncollect_system\npostlude\n'
    const run = spawnSync('sh', ['-s'], {
      input: `${part('00-prelude.sh')}\n${part('10-system.sh')}\n${main}`,
      maxBuffer: 1e8,
    })
    expect(run.status).toBe(0)
    for await (const { evidence } of readEvidence([run.stdout])) {
      expect(evidence.complete).toBe(true)
      for (const section of evidence.sections.values()) {
        if (section.skipped === undefined)
          expect([section.id, section.complete, section.exitCode !== 127]).toEqual([section.id, true, true])
      }
      const result = interpretSystem(evidence)
      const name = result.facts?.find((fact) => fact.setting === 'identity.os.kernel')
      expect(name).toMatchObject({ state: 'known', value: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim() })
      const volumes = result.tables?.find((table) => table.type === 'volume')
      // a container has none of its own
      if (!volumes?.inapplicable) expect([...(volumes?.rows ?? [])].length).toBeGreaterThan(0)
    }
  })
})
