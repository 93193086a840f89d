import { sectionFiles } from '../../../../src/core/evidence.ts'
import type { CollectedFile, Evidence } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { known, unread } from './contribution.ts'

const setting = 'account-policy.automatic-logon-enabled'

/** Keys of display managers that log somebody on without asking, by the file's path. */
const keys: readonly (readonly [RegExp, RegExp, RegExp?])[] = [
  [/\/gdm3?\//, /^\s*(?:Automatic|Timed)LoginEnable\s*=\s*(?:true|1|yes)\s*$/i],
  [/\/lightdm/, /^\s*autologin-user\s*=\s*\S+/],
  [/\/sddm/, /^\s*User\s*=\s*\S+/, /^\s*\[Autologin\]/i],
  [/\/greetd\//, /^\s*command\s*=/, /^\s*\[initial_session\]/],
  [/\/lxdm\//, /^\s*autologin\s*=\s*\S+/],
  [/\/slim\.conf/, /^\s*auto_login\s+yes/],
  [/\/displaymanager$/, /^\s*DISPLAYMANAGER_AUTOLOGIN\s*=\s*"?[^"\s]+/],
  [/getty/, /^\s*ExecStart\s*=.*(?:--autologin|\s-a[ =]?\S)/],
  [/\/inittab$/, /^[^#]*(?:--autologin|\s-a\s+\S+|login\s+-f)/],
]

/** Somebody is logged on without a word: a display manager's or a terminal's automatic logon. */
export function automaticLogon(evidence: Evidence): Fact {
  const files = sectionFiles(evidence, 'account-files')
  if (!files.ok) return unread(setting, files, [{ source: 'account-files' }])
  const watched = [...files.value.values()].filter((file) => keys.some(([path]) => path.test(file.path)))
  const found = watched.flatMap((file) => (file.state === 'read' ? matches(file) : []))
  if (found.length > 0) return known(setting, true, found)
  const failed = watched.find((file) => file.state !== 'read' && file.state !== 'absent')
  if (failed) {
    return unread(setting, { why: { ja: `${failed.path} を読めない`, en: `${failed.path} is not readable` } }, [
      { source: failed.path },
    ])
  }
  if (watched.length === 0) {
    return unread(setting, {
      why: { ja: '自動ログオンの設定が証跡にない', en: 'the evidence has no automatic logon settings' },
    })
  }
  const read = watched.filter((file) => file.state === 'read').map((file) => ({ source: file.path }))
  return known(setting, false, read.length > 0 ? read : [{ source: 'account-files' }], 'platform-default')
}

function matches(file: Extract<CollectedFile, { state: 'read' }>): readonly EvidenceRef[] {
  return keys.flatMap(([path, key, section]) => {
    if (!path.test(file.path)) return []
    let inside = section === undefined
    const refs: EvidenceRef[] = []
    for (const [index, line] of file.lines.entries()) {
      if (/^\s*[#;]/.test(line)) continue
      if (section && /^\s*\[/.test(line)) inside = section.test(line)
      else if (inside && key.test(line)) refs.push({ source: file.path, at: String(index + 1) })
    }
    return refs
  })
}
