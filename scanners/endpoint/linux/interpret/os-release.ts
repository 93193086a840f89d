import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, unreadable } from '../../../../src/core/evidence.ts'
import { optionalFile } from './system-text.ts'

/** Assignments of os-release(5): the file in /etc, or the vendor's one when that is absent. */
export function osRelease(evidence: Evidence): Reading<{ path: string; values: ReadonlyMap<string, string> }> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const lines = optionalFile(evidence, 'machine-files', path)
    if (!lines.ok) return lines
    if (lines.value === undefined) continue
    const values = new Map<string, string>()
    for (const line of lines.value) {
      const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())
      if (match) values.set(match[1] ?? '', unquote(match[2] ?? ''))
    }
    return read({ path, values })
  }
  return unreadable({ ja: 'os-release がない', en: 'there is no os-release' })
}

// shell quoting as os-release(5) allows it: one kind of quotes around the whole, backslash before $ " ` and itself
function unquote(text: string): string {
  const quoted = /^(["'])([^]*)\1$/.exec(text)
  const inner = quoted?.[2] ?? text
  return quoted?.[1] === "'" ? inner : inner.replace(/\\([$"`\\])/g, '$1')
}
