import { type Evidence, type Reading, read } from '../../../../src/core/evidence.ts'
import { type IniEntry, readIni } from '../../../../src/readers/ini.ts'
import { reducedFiles, type WholeFile, wholeFiles } from './access-files.ts'

/** A connection profile of NetworkManager, without its secrets (dropped on the target). */
export interface ConnectionProfile {
  readonly path: string
  readonly id: string
  readonly type: string
  readonly automatic: boolean
  readonly get: (section: string, key: string) => string | undefined
  readonly entries: readonly IniEntry[]
}

/** One network block of wpa_supplicant.conf(5). */
export interface SupplicantNetwork {
  readonly path: string
  readonly line: number
  readonly keys: ReadonlyMap<string, string>
}

/** Profiles of NetworkManager. A file of the same name in /run stands before /usr/lib, /etc before both. */
export function connectionProfiles(evidence: Evidence): Reading<readonly ConnectionProfile[]> {
  const files = wholeFiles(reducedFiles(evidence), (path) => path.includes('/system-connections/'))
  if (!files.ok) return files
  return read(files.value.map(profileOf).filter((profile) => profile.type !== ''))
}

function profileOf(file: WholeFile): ConnectionProfile {
  const entries = readIni(file.lines)
  // the older names of the same sections
  const aliases: Readonly<Record<string, readonly string[]>> = {
    wifi: ['wifi', '802-11-wireless'],
    'wifi-security': ['wifi-security', '802-11-wireless-security'],
  }
  const get = (section: string, key: string): string | undefined => {
    const sections = Object.hasOwn(aliases, section) ? (aliases[section] ?? []) : [section]
    return entries.findLast((entry) => sections.includes(entry.section) && entry.key === key)?.value
  }
  const type = get('connection', 'type') ?? ''
  return {
    path: file.path,
    id: get('connection', 'id') ?? file.path.slice(file.path.lastIndexOf('/') + 1),
    type: type === '802-11-wireless' ? 'wifi' : type === '802-3-ethernet' ? 'ethernet' : type,
    automatic: get('connection', 'autoconnect') !== 'false',
    get,
    entries,
  }
}

/** Network blocks of wpa_supplicant that are not disabled, netplan's among them. */
export function supplicantNetworks(evidence: Evidence): Reading<readonly SupplicantNetwork[]> {
  const files = wholeFiles(reducedFiles(evidence), (path) => /wpa_supplicant|\/netplan\/wpa-/.test(path))
  if (!files.ok) return files
  const networks: SupplicantNetwork[] = []
  for (const file of files.value) {
    let open: { line: number; keys: Map<string, string> } | undefined
    for (const [index, text] of file.lines.entries()) {
      const line = text.trim()
      if (/^network\s*=/.test(line)) open = { line: index + 1, keys: new Map() }
      else if (line.startsWith('}') && open) {
        if (open.keys.get('disabled') !== '1') networks.push({ path: file.path, ...open })
        open = undefined
      } else if (open) {
        const at = line.indexOf('=')
        if (at > 0)
          open.keys.set(
            line.slice(0, at).trim(),
            line
              .slice(at + 1)
              .trim()
              .replace(/^"(.*)"$/, '$1'),
          )
      }
    }
  }
  return read(networks)
}
