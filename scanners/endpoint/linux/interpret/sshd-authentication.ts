import { type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { SshdSettings } from './sshd-source.ts'
import { words } from '../../../../src/readers/sshd-config.ts'

/** What the PAM stack of sshd asks of everybody, by itself. */
export interface PamDemand {
  /** `two` kinds on every way, `one` on some way, `closed`: nobody gets through. */
  readonly demand: Reading<'two' | 'one' | 'closed'>
  /** Whether possession alone gets through, so that it adds nothing to a key. */
  readonly possessionSuffices: Reading<boolean>
}

/** Lists of methods; completing any one of them logs on. */
export type MethodLists = readonly (readonly string[])[]

/** First value of a keyword. */
export const valueOf = (settings: SshdSettings, keyword: string): Reading<string> => {
  const reading = settings.get(keyword)
  if (!reading.ok) return reading
  return read(reading.value.values[0] ?? '')
}

const isYes = (settings: SshdSettings, keyword: string): Reading<boolean> => {
  const value = valueOf(settings, keyword)
  if (!value.ok) return value
  const word = value.value.toLowerCase()
  if (word === 'yes' || word === 'no') return read(word === 'yes')
  return unreadable({
    ja: `${keyword} の値「${value.value}」を解釈できない`,
    en: `the value "${value.value}" of ${keyword} is not understood`,
  })
}

/** Methods that the server offers at all. */
export function offeredMethods(settings: SshdSettings): Reading<ReadonlySet<string>> {
  const offered = new Set<string>()
  for (const [keyword, method] of [
    ['pubkeyauthentication', 'publickey'],
    ['passwordauthentication', 'password'],
    ['kbdinteractiveauthentication', 'keyboard-interactive'],
    ['gssapiauthentication', 'gssapi-with-mic'],
    ['hostbasedauthentication', 'hostbased'],
  ] as const) {
    const enabled = isYes(settings, keyword)
    // builds without GSSAPI don't print its keyword
    if (!enabled.ok && keyword === 'gssapiauthentication') continue
    if (!enabled.ok) return enabled
    if (enabled.value) offered.add(method)
  }
  const pam = isYes(settings, 'usepam')
  if (pam.ok) {
    // without PAM keyboard-interactive has nothing to ask on Linux
    if (!pam.value) offered.delete('keyboard-interactive')
  } else if (offered.has('keyboard-interactive')) return pam
  return read(offered)
}

/** Ways to log on: lists of methods that can all be completed. */
export function methodLists(settings: SshdSettings): Reading<MethodLists> {
  const offered = offeredMethods(settings)
  if (!offered.ok) return offered
  const given = valueOf(settings, 'authenticationmethods')
  if (!given.ok) return given
  const lists = words(given.value).filter((list) => list !== '')
  const named =
    lists.length === 0 || lists.some((list) => list.toLowerCase() === 'any')
      ? [...offered.value].map((one) => [one])
      : lists
          .map((list) => list.split(',').map((method) => method.replace(/:.*/, '').trim()))
          .filter((list) => list.every((method) => offered.value.has(method)))
  // nothing follows for the demands on a logon from a configuration that allows none
  return named.length > 0
    ? read(named)
    : unreadable({ ja: '使える認証方式が1つもない', en: 'no method of logging on is left' })
}

/** Whether a password (directly, or asked for through PAM) takes part in any way to log on. */
export function acceptsPasswords(settings: SshdSettings): Reading<boolean> {
  const lists = methodLists(settings)
  if (!lists.ok) return lists
  return read(lists.value.some((list) => list.includes('password') || list.includes('keyboard-interactive')))
}

/** Whether every way to log on proves possession of a key or a Kerberos ticket, which a listener can't replay. */
export function resistsReplay(settings: SshdSettings): Reading<boolean> {
  const lists = methodLists(settings)
  if (!lists.ok) return lists
  return read(lists.value.every((list) => list.includes('publickey') || list.includes('gssapi-with-mic')))
}

/**
 * Whether every way to log on takes two different kinds of factor. A key is possession; password and
 * keyboard-interactive are what PAM demands, or knowledge without PAM. A Kerberos ticket was obtained elsewhere, by
 * a factor that sshd can't see: with it the answer may stay open. A host's key says nothing about the person.
 */
export function twoFactors(settings: SshdSettings, pam: PamDemand): Reading<boolean> {
  const lists = methodLists(settings)
  if (!lists.ok) return lists
  const usesPam = isYes(settings, 'usepam')
  if (!usesPam.ok) return usesPam
  let open: Reading<boolean> | undefined
  for (const list of lists.value) {
    const enough = listTakesTwo(list, usesPam.value ? pam : undefined)
    if (enough.ok && !enough.value) return enough
    if (!enough.ok) open = enough
  }
  return open ?? read(true)
}

function listTakesTwo(list: readonly string[], pam: PamDemand | undefined): Reading<boolean> {
  const key = list.includes('publickey')
  const asks = list.includes('password') || list.includes('keyboard-interactive')
  let asked: Reading<boolean> = read(false)
  if (asks && !pam) asked = read(key)
  if (asks && pam) {
    asked = pam.demand.ok ? read(pam.demand.value !== 'one') : pam.demand
    if (key && !(asked.ok && asked.value)) {
      asked = pam.possessionSuffices.ok ? read(!pam.possessionSuffices.value) : pam.possessionSuffices
    }
  }
  if ((asked.ok && asked.value) || !list.includes('gssapi-with-mic')) return asked
  return unreadable({
    ja: 'Kerberos のチケットを得たときの認証要素は sshd からは分からない',
    en: 'sshd can not see by which factor a Kerberos ticket was obtained',
  })
}
