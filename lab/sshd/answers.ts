import type { HostSpec, UserSpec } from './spec.ts'
import { installedCollector, usualUsers } from './spec.ts'

const path = '/usr/local/libexec/lab-command'

/** A host where sshd runs this shell script instead of what `seisa` asks for, which is in SSH_ORIGINAL_COMMAND. */
export const forcedCommandHost = (name: string, script: string): HostSpec => ({
  name,
  sshdConfig: `Match User seisa\n  ForceCommand ${path}`,
  files: { [path]: `#!/bin/sh\n${script}\n` },
  modes: { [path]: '755' },
})

/** Answers late: every command starts after these seconds, and after `bannerSeconds` the server says its first line. */
export const slowHost = (name: string, seconds: number, bannerSeconds = 0): HostSpec => ({
  ...forcedCommandHost(name, `sleep ${seconds}\nexec /bin/sh -c "$SSH_ORIGINAL_COMMAND"`),
  bannerDelaySeconds: bannerSeconds,
})

/** Ends the connection, without a word of farewell, after the first bytes of the answer. */
export const dyingHost = (name: string, afterBytes: number): HostSpec =>
  forcedCommandHost(
    name,
    `/bin/sh -c "$SSH_ORIGINAL_COMMAND" | head -c ${afterBytes}
pid=$PPID
while [ "$(cat /proc/$pid/comm)" != sshd ]; do pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status); done
# sshd has to pass on what it was given before it dies
sleep 0.3
kill -KILL "$pid"`,
  )

/** What a host may throw at its reader. */
export const hostileAnswers = {
  /** Never ends. */
  endless: 'exec yes "@section system"',
  /** One line of a gigabyte, unless the reader hangs up. */
  'gigabyte-line': 'head -c 1073741824 /dev/zero | tr "\\0" x',
  /** Terminal escapes: title, clear, colours, a hyperlink, bidirectional marks. */
  escapes: `printf '\\033]0;owned\\007\\033[2J\\033[31m\\033]8;;http://x.invalid/\\033\\\\\\342\\200\\256@end\\n'`,
  /** The collector's answer, cut off after 200 lines by an end marker that says all is there. */
  'fake-end': `/bin/sh -c "$SSH_ORIGINAL_COMMAND" |
  awk '/^#seisa-evidence/ { nonce = $4 } { print } NR == 200 { printf "\\n#%s end 5\\n", nonce; exit }'`,
  /** Many bytes on standard error beside the answer. */
  stderr: 'yes noise | head -c 268435456 >&2\n/bin/sh -c "$SSH_ORIGINAL_COMMAND"',
  /** Says nothing and stays. */
  silent: 'exec sleep 86400',
} as const

/** Answers any command of `seisa` with something harmful. */
export const hostileHost = (name: string, kind: keyof typeof hostileAnswers): HostSpec =>
  forcedCommandHost(name, hostileAnswers[kind])

/** Only the installed collector can be run by `seisa`, by the options of its key in authorized_keys. */
export const collectorOnlyHost = (name: string): HostSpec => ({
  name,
  users: usualUsers.map((user) =>
    user.name === 'seisa' ? { ...user, key: `restrict,command="sudo -n ${installedCollector}"` } : user,
  ),
})

/** `seisa` has this login shell: /bin/csh, /usr/bin/fish, /bin/rbash, /usr/sbin/nologin … */
export const shellHost = (name: string, shell: string): HostSpec => ({ name, users: withSeisa({ shell }) })

/** The usual users, `seisa` changed as told. */
export const withSeisa = (change: Partial<UserSpec>): readonly UserSpec[] =>
  usualUsers.map((user) => (user.name === 'seisa' ? { ...user, ...change } : user))

/** A login shell that speaks first: what profiles print comes before every answer. */
export const talkativeHost = (name: string): HostSpec => ({
  name,
  // bash reads it for `ssh host command` as well
  prepare: `echo 'echo "Welcome, authorised users only"' >/home/seisa/.bashrc; chown 4202 /home/seisa/.bashrc`,
})
