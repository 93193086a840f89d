import type { Fact } from '../../../../src/core/fact.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import { loginDefinition } from './account-model.ts'
import { inapplicable, known, unread } from './contribution.ts'
import { logonServices, readStack, serviceRefs, stepRef } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'

const setting = 'password.hash-algorithm'

/** Arguments of pam_unix(8), and the names that ENCRYPT_METHOD begins with (it compares the start, without case). */
const algorithms: readonly (readonly [string, string])[] = [
  ['md5', 'md5'],
  ['bigcrypt', 'other'],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
  ['blowfish', 'bcrypt'],
  ['des', 'des'],
  ['gost_yescrypt', 'gost-yescrypt'],
  ['yescrypt', 'yescrypt'],
]

/** How new passwords are stored: the last algorithm among the arguments of pam_unix, else login.defs, else DES. */
export function hashAlgorithm(pam: PamEvidence): readonly Fact[] {
  if (pam.withoutPam) return [fromLoginDefinitions(pam)]
  const service = ['passwd', 'chpasswd', ...logonServices.console].find((name) => hasPamService(pam, name)) ?? 'other'
  const stack = readStack(pam, service, 'password')
  const files = serviceRefs(pam, [service], 'password')
  if (!stack.ok) return [unread(setting, stack, files)]
  const step = stack.value.find((one) => one.installed && one.module === 'pam_unix')
  if (!step) {
    const why = { ja: 'pam_unix がパスワードを保存しない', en: 'pam_unix stores no password here' }
    // another module may store them, in a way of its own
    return stack.value.some((one) => one.installed && one.module !== 'pam_deny')
      ? [unread(setting, { why }, files)]
      : [inapplicable(setting, why, files)]
  }
  const named = step.arguments.flatMap((option) => {
    const match = algorithms.find(([name]) => option.startsWith(name))
    return match ? [match[1]] : []
  })
  const last = named.at(-1)
  return [last === undefined ? fromLoginDefinitions(pam) : known(setting, last, [stepRef(step)])]
}

function fromLoginDefinitions(pam: PamEvidence): Fact {
  const line = loginDefinition(pam, 'ENCRYPT_METHOD')
  const source = [{ source: '/etc/login.defs' }]
  if (!line.ok) return unread(setting, line, source)
  const method = line.value?.value.toLowerCase()
  const match = method === undefined ? undefined : algorithms.find(([name]) => method.startsWith(name))
  if (line.value && match) return known(setting, match[1], [line.value.at])
  if (line.value && method === 'bcrypt') return known(setting, pam.withoutPam ? 'bcrypt' : 'des', [line.value.at])
  // neither named: crypt(3)'s oldest method in pam_unix; without PAM each program has its own
  if (pam.withoutPam) {
    return unread(
      setting,
      { why: { ja: 'パスワードの保存方式が設定されていない', en: 'no algorithm is configured' } },
      source,
    )
  }
  return known(setting, 'des', line.value ? [line.value.at] : source, 'platform-default')
}
