import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'

/** One line of proc_pid_mountinfo(5). */
export interface Mount {
  readonly point: string
  /** `major:minor`. */
  readonly number: string
  /** Options of this mount and of its file system, once each. */
  readonly options: readonly string[]
  readonly filesystem: string
  readonly source: string
  readonly line: number
}

/** Every mount of the collector's mount namespace, in the kernel's order. */
export function readMounts(evidence: Evidence): Reading<readonly Mount[]> {
  const text = sectionText(evidence, 'mounts')
  if (!text.ok) return text
  const mounts: Mount[] = []
  let counted: number | undefined
  for (const [index, line] of linesOf(text.value).entries()) {
    const rows = /^rows (\d+)$/.exec(line)?.[1]
    if (rows !== undefined) {
      counted = Number(rows)
      continue
    }
    const [before = '', after = ''] = split(line)
    const [, , number, , point, own = ''] = before.split(' ')
    const [filesystem, source, shared = ''] = after.split(' ')
    if (number === undefined || point === undefined || filesystem === undefined || source === undefined) {
      if (line !== '')
        return unreadable({
          ja: `mountinfo の${index + 1}行目を解せない`,
          en: `line ${index + 1} of mountinfo is not understood`,
        })
      continue
    }
    const options = [...new Set([...own.split(','), ...shared.split(',')].filter((option) => option !== ''))]
    mounts.push({
      point: unescape(point),
      number,
      options: options.map(unescape),
      filesystem,
      source: unescape(source),
      line: index + 1,
    })
  }
  // the collector's last line counts what the kernel gave, so a list that broke off can't pass for a short one
  if (counted !== mounts.length || mounts.length === 0) {
    return unreadable({ ja: '接続の一覧が途中まで', en: 'the list of mounts is not whole' })
  }
  return read(mounts)
}

const split = (line: string): readonly string[] => {
  const at = line.indexOf(' - ')
  return at < 0 ? [line] : [line.slice(0, at), line.slice(at + 3)]
}

// the kernel writes space, tab, line break and backslash as octal (fs/proc_namespace.c)
const unescape = (text: string): string =>
  text.replace(/\\([0-7][0-7][0-7])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** One line of /proc/swaps. */
export interface Swap {
  readonly path: string
  readonly kind: string
  readonly line: number
}

/** Swap in use, from the text of /proc/swaps. */
export function parseSwaps(lines: readonly string[]): Reading<readonly Swap[]> {
  if (!/^Filename\s/.test(lines[0] ?? '')) {
    return unreadable({ ja: '/proc/swaps を解せない', en: '/proc/swaps is not understood' })
  }
  const swaps: Swap[] = []
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue
    const [path, kind] = line.trim().split(/\s+/)
    if (path === undefined || (kind !== 'partition' && kind !== 'file')) {
      return unreadable({ ja: '/proc/swaps を解せない', en: '/proc/swaps is not understood' })
    }
    swaps.push({ path: unescape(path), kind, line: index + 1 })
  }
  return read(swaps)
}

/** The mount that holds a path: the longest mount point above it, and of several there the last. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined
  for (const mount of mounts) {
    const above = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`)
    if (above && (!best || mount.point.length >= best.point.length)) best = mount
  }
  return best
}

/** File systems that keep nothing on a disk of this machine: interfaces of the kernel, and views of other mounts. */
export const kernelFilesystems: ReadonlySet<string> = new Set(
  (
    'proc sysfs devtmpfs devpts cgroup cgroup2 securityfs pstore efivarfs bpf debugfs tracefs hugetlbfs mqueue ' +
    'fusectl configfs binfmt_misc autofs rpc_pipefs nsfs selinuxfs smackfs nfsd overlay aufs resctrl ' +
    'fuse.gvfsd-fuse fuse.portal fuse.lxcfs fuse.snapfuse fuse.rofiles-fuse'
  ).split(' '),
)

/** File systems in memory; what they hold is gone at power-off (their pages may be swapped). */
export const memoryFilesystems: ReadonlySet<string> = new Set(['tmpfs', 'ramfs', 'rootfs'])

/** Images that can't be written: they hold programs, not data. */
export const imageFilesystems: ReadonlySet<string> = new Set(['squashfs', 'erofs', 'iso9660', 'cramfs', 'romfs'])

/** File systems whose data lies on another machine. */
export const isNetworkFilesystem = (filesystem: string): boolean =>
  /^(?:nfs4?|cifs|smb3|smbfs|ceph|glusterfs|lustre|afs|coda|ncpfs|9p|virtiofs|vboxsf|prl_fs|beegfs|gpfs|ocfs2|gfs2|davfs|orangefs|fuse\.(?:sshfs|glusterfs|ceph|ceph-fuse|s3fs|rclone|davfs|davfs2|goofys|mount-s3|vmhgfs-fuse|curlftpfs|cephfs|juicefs|gcsfuse|blobfuse2?|smbnetfs|moosefs|mfs|lizardfs))$/.test(
    filesystem,
  )
