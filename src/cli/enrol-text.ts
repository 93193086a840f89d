import { hostText } from '../files/host-list-address.ts'
import { visible } from '../text/safe.ts'
import { keyDisplayName } from '../transport/ssh/fingerprint.ts'
import type { OfferedHostKey } from '../transport/ssh/connect-host-key.ts'
import type { KnownKey, ShownKey } from '../transport/ssh/host-keys.ts'
import { fingerprintCommand } from '../transport/ssh/host-keys-fault.ts'
import type { App } from './app.ts'
import { type Enrolment, type Hop, keyNameOf } from './enrol-hops.ts'
import { enrolMessages, enrolWords as words } from './words.ts'

const shown = ({ type, fingerprint }: ShownKey): string => `${visible(keyDisplayName(type))} ${fingerprint}`
const placed = (key: KnownKey): string => `${shown(key)} (${visible(key.file)}:${key.line})`

/** What a person compares before agreeing to a key. */
export function keyText(app: Pick<App, 'language'>, hop: Hop, { verdict }: OfferedHostKey): string {
  const lang = app.language
  const { settings } = hop
  const file = settings.knownHostsFiles[0]
  const jump = hop.jump ? `: ${words.jump[lang]} ${visible(settings.name)}` : ''
  const address = hostText(settings.host, settings.port)
  // the name that the key is kept under says more than the address only where it is an alias
  const alias = settings.hostKeyAlias === undefined ? '' : `${keyNameOf(settings)}, `
  const known = !hop.jump && alias === '' && hop.target === address
  const lines = [`${visible(hop.target)}${jump}${known ? '' : ` (${visible(alias + address)})`}`]
  const offered = shown(verdict.offered)
  if (verdict.state === 'changed') {
    lines.push(
      words.changed[lang],
      ...verdict.known.map((key) => `  ${words.known[lang]}: ${placed(key)}`),
      `  ${words.offered[lang]}: ${offered}`,
    )
  } else if (verdict.state === 'revoked') {
    lines.push(words.revoked[lang], `  ${words.offered[lang]}: ${offered}`, `  @revoked: ${placed(verdict.by)}`)
  } else if (verdict.state === 'refused') {
    lines.push(words.certificate[lang], `  ${words.offered[lang]}: ${offered}`, `  ${visible(verdict.why[lang])}`)
  } else lines.push(words.unknown[lang], `  ${words.offered[lang]}: ${offered}`)
  if (verdict.state === 'unknown' || verdict.state === 'changed') {
    lines.push(`  ${enrolMessages.compare(fingerprintCommand(verdict.offered))[lang]}`)
    if (file !== undefined) lines.push(`  ${words.file[lang]}: ${visible(file)}`)
  }
  return `${lines.map((line, index) => (index === 0 ? line : `  ${line}`)).join('\n')}\n`
}

/** A changed key wants more than a letter. */
export const keyQuestion = (app: Pick<App, 'language'>, changed: boolean): string =>
  `  ${(changed ? words.askChanged : words.askUnknown)[app.language]} `

/** An enrolment for programs. */
export const enrolmentJson = ({ hop, offered: { verdict }, state }: Enrolment): object => ({
  target: hop.target,
  host: hop.settings.name,
  name: keyNameOf(hop.settings),
  address: `${hop.settings.host}:${hop.settings.port}`,
  key: verdict.offered,
  verdict: verdict.state,
  state,
  ...(verdict.state === 'changed' && { known: verdict.known }),
  ...(verdict.state === 'revoked' && { known: [verdict.by] }),
})
