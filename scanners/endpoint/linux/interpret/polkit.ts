import type { CollectedFile } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import type { Assignment } from './elevation.ts'

const folders = ['/etc/polkit-1/rules.d', '/usr/local/share/polkit-1/rules.d', '/usr/share/polkit-1/rules.d'] as const

/**
 * Groups and users that polkit takes for administrators: addAdminRule in rules.d, of which the first
 * in the order of file names answers (polkit(8)), or AdminIdentities of the older local authority.
 */
export function polkitAdministrators(files: ReadonlyMap<string, CollectedFile>): {
  readonly assignments: readonly Assignment[]
  readonly gaps: readonly LocalText[]
} {
  const gaps: LocalText[] = []
  for (const folder of folders) {
    if (files.get(`${folder}/*.rules`)?.state === 'denied') gaps.push(denied(folder))
  }
  const rules = [...files.values()]
    .filter((file) => file.state !== 'absent' && folders.some((folder) => file.path.startsWith(`${folder}/`)))
    .filter((file) => !file.path.endsWith('/*.rules'))
    .sort((one, other) => compare(nameOf(one.path), nameOf(other.path)) || folderOf(one.path) - folderOf(other.path))
  for (const file of rules) {
    if (file.state !== 'read') {
      gaps.push(denied(file.path))
      continue
    }
    const found = adminRule(file.lines)
    if (found)
      return { assignments: assignmentsOf(found.identities, { source: file.path, at: String(found.line) }), gaps }
  }
  // the older polkit: the last file wins
  const local = [...files.values()]
    .filter((file) => file.path.startsWith('/etc/polkit-1/localauthority.conf.d/') && file.state !== 'absent')
    .sort((one, other) => compare(other.path, one.path))
  for (const file of local) {
    if (file.path.endsWith('/*.conf')) continue
    if (file.state !== 'read') {
      gaps.push(denied(file.path))
      continue
    }
    const line = file.lines.findLastIndex((text) => /^\s*AdminIdentities\s*=/.test(text))
    if (line < 0) continue
    const identities = (file.lines[line] ?? '').replace(/^[^=]*=/, '').split(';')
    return { assignments: assignmentsOf(identities, { source: file.path, at: String(line + 1) }), gaps }
  }
  return { assignments: [], gaps }
}

/** The first rule that names identities. A rule is a program: only identities written out are understood. */
function adminRule(
  lines: readonly string[],
): { readonly identities: readonly string[]; readonly line: number } | undefined {
  const code = lines.map((line) => line.replace(/^\s*\/\/.*/, ''))
  const first = code.findIndex((line) => line.includes('addAdminRule'))
  if (first < 0) return undefined
  const text = code.slice(first).join('\n')
  const rule = text.slice(0, text.indexOf('});') < 0 ? undefined : text.indexOf('});'))
  const identities = [...rule.matchAll(/["'](unix-(?:group|user):[^"']+)["']/g)].map((match) => match[1] ?? '')
  return identities.length > 0 ? { identities, line: first + 1 } : undefined
}

const assignmentsOf = (identities: readonly string[], at: EvidenceRef): readonly Assignment[] =>
  identities.flatMap((identity) => {
    const match = /^\s*unix-(group|user):(\S+)\s*$/.exec(identity)
    if (!match) return []
    const name = match[2] ?? ''
    const principal = match[1] === 'group' ? `%${name}` : /^\d+$/.test(name) ? `#${name}` : name
    return [
      {
        principal,
        role: 'polkit-administrator',
        commands: ['ALL'],
        unrestricted: true,
        passwordRequired: true,
        installsSoftware: true,
        changesLogging: true,
        source: 'polkit' as const,
        at,
      },
    ]
  })

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const folderOf = (path: string): number => folders.findIndex((folder) => path.startsWith(`${folder}/`))
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
const denied = (path: string): LocalText => ({ ja: `${path} を読めない`, en: `${path} could not be read` })
