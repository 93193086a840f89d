import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/package-root.ts'

let assembled: { readonly text: string; readonly hash: string } | undefined

/**
 * The collector: every part of `collector/` in order, as one POSIX sh script. The same text is sent to
 * this machine's shell, over SSH, printed for closed hosts and installed for sudo. `hash` is the SHA-256
 * of that text, in hex.
 */
export function collectorScript(): { readonly text: string; readonly hash: string } {
  if (!assembled) {
    const folder = join(packageRoot(), 'scanners/endpoint/linux/collector')
    const parts = readdirSync(folder)
      .filter((name) => name.endsWith('.sh'))
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
    const version = createHash('sha256').update(parts).digest('hex').slice(0, 16)
    const text = `#!/bin/sh\nCOLLECTOR='${version}'\n${parts}`
    assembled = { text, hash: createHash('sha256').update(text).digest('hex') }
  }
  return assembled
}
