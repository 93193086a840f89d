import type { Evidence, Section, SkipReason } from '../../../../src/core/evidence.ts'

/** What a test gives for a section: its text, or why there is none. */
export type GivenSection =
  | string
  | { skipped: SkipReason }
  | { exitCode: number | null; text?: string; complete?: boolean }

/** Evidence as a collector would have printed it, for tests of the interpreter. */
export function evidenceOf(sections: Readonly<Record<string, GivenSection>>, complete = true): Evidence {
  const all = new Map<string, Section>()
  const collector: GivenSection = 'version=test\nuid=0\nobserved-at=2026-11-20T03:00:00Z'
  const given: Readonly<Record<string, GivenSection>> = { collector, ...sections }
  for (const [id, section] of Object.entries(given)) {
    if (typeof section === 'string') all.set(id, { id, complete: true, exitCode: 0, text: section })
    else if ('skipped' in section)
      all.set(id, { id, complete: true, exitCode: null, text: '', skipped: section.skipped })
    else all.set(id, { id, complete: section.complete ?? true, exitCode: section.exitCode, text: section.text ?? '' })
  }
  return { collector: 'endpoint/linux', complete, sections: all }
}

/** Text of a `files` section: file text by path, or `absent` / `denied` / `refused`. */
export function filesText(
  files: Readonly<Record<string, string | { state: 'absent' | 'denied' | 'refused' }>>,
): string {
  return Object.entries(files)
    .map(([path, given]) => {
      if (typeof given !== 'string') return `@${given.state} ${path}\n`
      const lines = given === '' ? [] : given.replace(/\n$/, '').split('\n')
      return `@file ${path}\n${lines.map((line) => `|${line}\n`).join('')}@end\n`
    })
    .join('')
}
