import type { Evidence } from '../../../../src/core/evidence.ts'
import { linesOf, needsRoot, sectionText } from '../../../../src/core/evidence.ts'
import type { Fact } from '../../../../src/core/fact.ts'
import { inapplicable, known, type Part, unread, unsupported } from './contribution.ts'
import { inContainer } from './kernel.ts'
import { virtualisation } from './views.ts'

export const observesBoot = {
  settings: ['hardening.secure-boot', 'hardening.boot-password'],
  rows: [],
} as const

/** How the machine starts. */
export const interpretBoot: Part = (evidence) => ({
  facts: [
    inContainer(evidence, 'hardening.secure-boot') ?? secureBoot(evidence),
    inContainer(evidence, 'hardening.boot-password') ?? bootPassword(evidence),
  ],
})

function secureBoot(evidence: Evidence): Fact {
  const setting = 'hardening.secure-boot'
  const refs = [{ source: '/sys/firmware/efi/efivars', at: 'SecureBoot' }]
  const text = sectionText(evidence, 'secure-boot')
  if (!text.ok) return unread(setting, text, refs)
  const content = text.value.trim()
  if (content === 'no-efi') {
    return unsupported(
      setting,
      {
        ja: 'UEFIで起動しておらず、セキュアブートがない',
        en: 'the system was not started by UEFI, so there is no secure boot',
      },
      refs,
    )
  }
  // UEFI 2.10 section 3.3: no variable means that the firmware doesn't have it
  if (content === 'absent') return known(setting, false, refs, 'running')
  if (content === 'denied') {
    return unread(
      setting,
      { why: { ja: '変数を読む権限がない', en: 'the variable is not readable' }, needs: needsRoot },
      refs,
    )
  }
  // four bytes of attributes, then the value
  const bytes = content.split(/\s+/)
  if (bytes.length === 5 && /^[01]$/.test(bytes[4] ?? '')) return known(setting, bytes[4] === '1', refs, 'running')
  return unread(setting, { why: { ja: 'UEFIの変数を読めなかった', en: 'the UEFI variables could not be read' } }, refs)
}

/**
 * GRUB asks for a password before settings are changed when `superusers` names somebody and that user has a
 * password (GRUB manual, "Authentication and authorisation"). Red Hat's grub.cfg takes the hash from
 * `GRUB2_PASSWORD` in user.cfg, and its text is the same whether that file exists or not.
 */
function bootPassword(evidence: Evidence): Fact {
  const setting = 'hardening.boot-password'
  const text = sectionText(evidence, 'boot-loader')
  if (!text.ok) return unread(setting, text, [{ source: 'boot-loader' }])
  const lines = linesOf(text.value)
  const words = (mark: string): readonly (readonly string[])[] =>
    lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(mark.length + 1).split(' '))
  const denied = words('denied').filter(([path]) => !path?.includes('*'))
  const readConfigs = words('read').flatMap(([path]) => (path?.endsWith('/grub.cfg') ? [path] : []))
  const refs = [...words('read'), ...denied].map(([path]) => ({ source: path ?? '' }))
  if (words('denied').length > 0 || words('refused').length > 0) {
    return unread(
      setting,
      {
        why: { ja: '起動の設定は管理者だけが読める', en: 'only administrators can read the boot settings' },
        needs: needsRoot,
      },
      refs,
    )
  }
  const superusers = words('superusers').flatMap(([, ...users]) => users.flatMap((user) => user.split(/[,;&|]/)))
  const passwords = words('password')
  const variables = words('variable')
  const protectedBy = (user: string): boolean =>
    passwords.some(([kind, path = '', name]) => {
      if (name !== user) return false
      // an indirect hash stands in another file: without it there is no password
      const indirect = kind === 'pbkdf2' && /grub2?\/grub\.cfg$|\/EFI\//.test(path)
      return !indirect || variables.length === 0 || variables.some(([, state]) => state === 'set')
    })
  if (superusers.some((user) => user !== '' && protectedBy(user))) return known(setting, true, refs)
  if (readConfigs.length > 0) {
    const others = words('source').filter(([path]) => path && !/user\.cfg|custom\.cfg|\$/.test(path))
    if (others.length > 0) {
      return unread(
        setting,
        {
          why: {
            ja: '起動の設定が読み込む他のファイルを調べていない',
            en: 'a file that the boot settings include was not read',
          },
        },
        refs,
      )
    }
    return known(setting, false, refs)
  }
  if (words('other').length > 0) {
    return unread(
      setting,
      {
        why: {
          ja: 'GRUB以外の起動プログラムの設定は解さない',
          en: 'settings of boot loaders other than GRUB are not understood',
        },
      },
      words('other').map(([path]) => ({ source: path ?? '' })),
    )
  }
  // A hypervisor can start a kernel by itself; a real machine, or one with UEFI, has a boot loader that was not found.
  const place = virtualisation(evidence)
  const firmware = sectionText(evidence, 'secure-boot')
  const byHypervisor =
    place.ok && place.value === 'virtual-machine' && firmware.ok && firmware.value.trim() === 'no-efi'
  return words('absent').length > 0 && byHypervisor
    ? inapplicable(
        setting,
        { ja: 'この仮想マシンに起動プログラムの設定がない', en: 'this virtual machine has no boot loader settings' },
        [{ source: 'boot-loader' }, { source: 'secure-boot' }],
      )
    : unread(setting, { why: { ja: '起動プログラムの設定が見つからない', en: 'no boot loader settings were found' } })
}
