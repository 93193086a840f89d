import type { Target } from '../core/scanner.ts'
import type { Language } from '../core/text.ts'
import { visible } from '../text/safe.ts'
import { shellWord } from '../transport/ssh/host-keys-fault.ts'
import type { SshSettings } from '../transport/ssh/settings.ts'
import { usualCollector } from './select-hosts.ts'
import { doctorMessages, doctorWords as words } from './words.ts'

/** A target that lacks root, and how it is reached where it is another machine. */
export interface Lacking {
  readonly target: Target
  readonly settings?: SshSettings
}

const mostHosts = 5

/** How an administrator lets an ordinary user read everything, for exactly one script. */
export function sudoText(lacking: readonly Lacking[], hash: string, lang: Language): string {
  if (lacking.length === 0) return ''
  const steps = [...Map.groupBy(lacking, accountAndPath).values()].map((group) => stepsOf(group, lang))
  const any = lacking.some(({ settings }) => settings) ? `  ${words.sudoAny[lang]}\n` : ''
  return `
${words.sudoTitle[lang]}
${any}  seisa collect --print-script linux > seisa-collect
  sha256sum seisa-collect    # ${words.scriptHash[lang]}: ${hash}
${steps.join('')}`
}

const accountAndPath = ({ target, settings }: Lacking): string =>
  JSON.stringify([settings === undefined, accountOf(settings), pathOf(target)])

/** The collector that the target names already, else the usual place. */
const pathOf = ({ options }: Target): string => (typeof options['sudo'] === 'string' ? options['sudo'] : usualCollector)

const accountOf = (settings: SshSettings | undefined): string => settings?.username ?? 'seisa'

function stepsOf(group: readonly Lacking[], lang: Language): string {
  const [first] = group
  if (!first) return ''
  const path = pathOf(first.target)
  const account = inSudoers(accountOf(first.settings)) ?? words.accountName[lang]
  const where = first.settings ? `  # ${words.sudoOn[lang]}: ${hostsOf(group, lang)} (${words.sudoThere[lang]})\n` : ''
  const option = first.settings
    ? `${nameOf(first.target)}: {sudo: ${path}}`
    : `{name: this-machine, scanner: endpoint, platform: linux, here: true, sudo: ${path}}`
  return `${where}  sudo install -D -o root -g root -m 0755 seisa-collect ${path}
  echo '${account} ALL=(root) NOPASSWD: ${path} ""' | sudo tee /etc/sudoers.d/seisa
  sudo chmod 0440 /etc/sudoers.d/seisa && sudo visudo -c
  # ${first.target.typed ? `${words.sudoThen[lang]}: ${scanOf(first.target.typed, path)}` : `seisa.yaml: ${option}`}
`
}

const scanOf = (typed: readonly string[], path: string): string =>
  visible(['seisa scan', ...[...typed, '--sudo', path].map(shellWord)].join(' '))

const nameOf = ({ name, group }: Target): string => visible(group?.name ?? name)

function hostsOf(group: readonly Lacking[], lang: Language): string {
  const names = group.map(({ target, settings }) => {
    const address = settings?.host ?? ''
    return visible(target.name.includes(address) ? target.name : `${target.name} (${address})`)
  })
  const rest = names.length - mostHosts
  return names.slice(0, mostHosts).join(', ') + (rest > 0 ? `, ${doctorMessages.more(rest)[lang]}` : '')
}

/**
 * A user's name as sudoers(5) takes it, inside single quotes of a shell: its special characters need a backslash.
 * Nothing for a name that can't be written so.
 */
const inSudoers = (account: string): string | undefined =>
  /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._$+\\@-]*$/u.test(account) ? account.replaceAll(/[\\@]/g, String.raw`\$&`) : undefined
