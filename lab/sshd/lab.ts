import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const programs = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keygen', '/usr/bin/sudo', '/usr/bin/perl']
const namespaces = ['--mount', '--uts', '--ipc', '--pid', '--net', '--fork']
const overlay = `mount -t tmpfs lab /mnt && cd /mnt && mkdir upper work root &&
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work lab root`

let known: { readonly available: boolean; readonly lacks: string } | undefined

/** Whether the SSH lab can run here, and what it lacks otherwise. `more` names further programs that a test needs. */
export function sshdLab(more: readonly string[] = []): { readonly available: boolean; readonly lacks: string } {
  known ??= look()
  if (!known.available) return known
  const lacking = more.find((path) => !existsSync(path))
  return lacking === undefined ? known : { available: false, lacks: `${lacking} (npm run lab:install)` }
}

function look(): { readonly available: boolean; readonly lacks: string } {
  if (process.getuid?.() !== 0) return { available: false, lacks: 'root (private mounts and processes)' }
  const lacking = programs.find((path) => !existsSync(path))
  if (lacking !== undefined) return { available: false, lacks: `${lacking} (npm run lab:install)` }
  const works = spawnSync('unshare', [...namespaces, 'sh', '-c', overlay]).status === 0
  return { available: works, lacks: works ? '' : 'namespaces with an overlay file system' }
}
