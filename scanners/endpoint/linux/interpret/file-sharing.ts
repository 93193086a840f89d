import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { inapplicable, known, type Part, unread } from './contribution.ts'
import { isNetworkFilesystem, type Mount, readMounts } from './mounts.ts'
import { fileReading, presentMarks } from './system-text.ts'

export const observesFileSharing = { settings: ['crypto.file-sharing-encrypted'], rows: [] } as const

/** One share, mounted here or offered from here. */
interface Share {
  readonly encrypted: Reading<boolean>
  readonly evidence: EvidenceRef
}

/** Whether shares that are mounted here, and those offered from here, encrypt their traffic. */
export const interpretFileSharing: Part = (evidence) => {
  const setting = 'crypto.file-sharing-encrypted'
  const parts = [mounted(evidence), samba(evidence), exported(evidence)]
  const shares = parts.flatMap((part) => (part.ok ? part.value : []))
  const refs = shares.map((share) => share.evidence)
  // one open share settles it
  const open = shares.filter(({ encrypted }) => encrypted.ok && !encrypted.value)
  if (open.length > 0)
    return {
      facts: [
        known(
          setting,
          false,
          open.map((share) => share.evidence),
        ),
      ],
    }
  for (const part of parts) if (!part.ok) return { facts: [unread(setting, part, refs)] }
  for (const { encrypted } of shares) if (!encrypted.ok) return { facts: [unread(setting, encrypted, refs)] }
  if (shares.length === 0) return { facts: [none(setting)] }
  return { facts: [known(setting, true, refs)] }
}

const none = (setting: string): Fact =>
  inapplicable(setting, { ja: '接続中の共有も、提供する共有もない', en: 'no share is mounted and none is offered' }, [
    { source: '/proc/self/mountinfo' },
    { source: 'marks' },
  ])

function mounted(evidence: Evidence): Reading<readonly Share[]> {
  const mounts = readMounts(evidence)
  if (!mounts.ok) return mounts
  return read(
    mounts.value
      // folders that a hypervisor hands in never cross a network
      .filter(
        (mount) =>
          isNetworkFilesystem(mount.filesystem) &&
          !/^(?:9p|virtiofs|vboxsf|prl_fs|fuse\.vmhgfs-fuse)$/.test(mount.filesystem),
      )
      .map((mount) => ({
        encrypted: mountEncrypted(mount),
        evidence: { source: '/proc/self/mountinfo', at: `${mount.line}` },
      })),
  )
}

function mountEncrypted(mount: Mount): Reading<boolean> {
  const has = (option: string): boolean => mount.options.includes(option)
  switch (mount.filesystem) {
    case 'nfs':
    case 'nfs4':
      // nfs(5): krb5p encrypts, krb5 and krb5i don't; xprtsec=tls and mtls since Linux 6.5
      return read(has('sec=krb5p') || has('xprtsec=tls') || has('xprtsec=mtls'))
    case 'cifs':
    case 'smb3':
      // mount.cifs(8): seal
      return read(has('seal'))
    case 'ceph':
      // the kernel's ceph documentation: ms_mode=secure encrypts, legacy and crc don't
      return read(has('ms_mode=secure'))
    case 'fuse.sshfs':
      return read(true)
    default:
      return unreadable({
        ja: `${mount.point}（${mount.filesystem}）の通信が暗号化されているか読めない`,
        en: `whether the traffic of ${mount.point} (${mount.filesystem}) is encrypted can't be read`,
      })
  }
}

function samba(evidence: Evidence): Reading<readonly Share[]> {
  const marks = presentMarks(evidence)
  if (!marks.ok) return marks
  if (!marks.value.has('/usr/sbin/smbd')) return read([])
  const text = sectionText(evidence, 'samba')
  if (!text.ok) return text
  const lines = linesOf(text.value)
  // no smb.conf: smbd doesn't start
  if (lines.every((line) => line.trim() === '')) return read([])
  if (!lines.includes('; read')) return unreadable({ ja: 'smb.conf が途中まで', en: 'smb.conf is not whole' })
  const include = lines.findIndex((line) => /^\s*(?:include|config\s+file)\s*=/i.test(line))
  if (include >= 0) return unreadable({ ja: 'smb.conf が他のファイルを読み込む', en: 'smb.conf includes other files' })
  let section = 'global'
  let overall = false
  let weaker = false
  for (const line of lines) {
    section = (/^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1] ?? section).toLowerCase()
    const match = /^\s*(?:server\s+)?smb\s+encrypt\s*=\s*(\S+)/i.exec(line)?.[1]
    if (match === undefined) continue
    // smb.conf(5): only these two refuse clients that don't encrypt
    const required = /^(?:required|mandatory)$/i.test(match)
    if (section === 'global') overall = required
    else if (!required) weaker = true
  }
  return read([{ encrypted: read(overall && !weaker), evidence: { source: '/etc/samba/smb.conf' } }])
}

function exported(evidence: Evidence): Reading<readonly Share[]> {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  const shares: Share[] = []
  for (const [path, file] of files.value) {
    if (path !== '/etc/exports' && !path.startsWith('/etc/exports.d/')) continue
    if (file.state === 'absent') continue
    const lines = fileReading(file, path)
    if (!lines.ok) return lines
    for (const [index, line] of lines.value.entries()) {
      const text = line.replace(/#.*/, '').trim()
      if (text === '') continue
      // exports(5): each client has its own options in parentheses, after those that follow a dash
      const clients = [...text.matchAll(/\(([^)]*)\)/g)].map((match) => match[1] ?? '')
      const strong = (options: string): boolean => {
        const words = options.split(/[,\s]+/)
        const sec = words.find((word) => word.startsWith('sec='))?.slice(4)
        const transport = words.find((word) => word.startsWith('xprtsec='))?.slice(8)
        return (
          sec === 'krb5p' ||
          (transport !== undefined && transport.split(':').every((mode) => mode === 'tls' || mode === 'mtls'))
        )
      }
      shares.push({
        encrypted: read(clients.length > 0 && clients.every(strong)),
        evidence: { source: path, at: `${index + 1}` },
      })
    }
  }
  return read(shares)
}
