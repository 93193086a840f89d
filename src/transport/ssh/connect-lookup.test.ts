import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { node, program, run } from '../../cli/testing/run.ts'
import { sshdLab } from './testing/sshd.ts'

/** A network and a resolver's configuration of its own, with a name server that hears and never answers. */
const deaf = `ip link set lo up
mount --bind "$RESOLV" /etc/resolv.conf
"$NODE" -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.1", () => console.error("deaf"))' 2>"$RESOLV.deaf" &
until [ -s "$RESOLV.deaf" ]; do :; done
"$NODE" "$@"
code=$?
kill $!
exit $code`

labSuite('names that nobody looks up', sshdLab, () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seisa-deaf-'))
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('hold this process no longer than their targets', async () => {
    const hosts = Array.from({ length: 30 }, (_, index) => ['--host', `seisa@no-${index}.example.test`]).flat()
    const words = ['scan', ...hosts, '--timeout', '2s', '--concurrency', '30', '--json', '-q']
    const begun = performance.now()
    const { code, stdout } = await run(
      ['unshare', '--net', '--mount', 'sh', '-c', deaf, 'sh', program(), ...words],
      // one name at a time, a second each
      { env: { NODE: node(), RESOLV: join(folder, 'resolv.conf'), UV_THREADPOOL_SIZE: '2', HOME: folder } },
    )
    expect(code).toBe(3)
    const { targets } = JSON.parse(stdout) as { readonly targets: readonly { readonly state: string }[] }
    expect(targets.map(({ state }) => state)).toEqual(Array.from({ length: 30 }, () => 'unreachable'))
    expect(performance.now() - begun).toBeLessThan(15_000)
  })
})
