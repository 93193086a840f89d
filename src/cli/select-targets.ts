import { didYouMean } from '../core/did-you-mean.ts'
import { Fault } from '../core/fault.ts'
import type { Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { hostText } from '../files/host-list-address.ts'
import { visible } from '../text/safe.ts'
import { selectWords as words } from './words.ts'

/**
 * Targets of a configuration, or those of them that were named and have every one of the labels (`KEY=VALUE`). A name
 * is that of a target, of a group (all its hosts), `GROUP/HOST`, or the address of one of the hosts.
 * @throws Fault `usage` for a name or a label that selects nothing
 */
export function chosenTargets(
  targets: readonly Target[],
  names: readonly string[],
  labels: readonly string[],
): readonly Target[] {
  const named = names.length === 0 ? targets : namedTargets(targets, names)
  return labels.length === 0 ? named : labelledTargets(named, labels)
}

function namedTargets(targets: readonly Target[], names: readonly string[]): readonly Target[] {
  const chosen = new Set<Target>()
  for (const name of names) {
    const found = targets.filter((target) => namesOf(target).includes(name))
    // a host's own name before its address, which a group of another may share
    const exact = found.filter((target) => target.name === name || target.group?.name === name)
    const meant = exact.length > 0 ? exact : found
    if (meant.length === 0) throw unknownName(name, targets)
    for (const target of meant) chosen.add(target)
  }
  return targets.filter((target) => chosen.has(target))
}

function namesOf({ name, group, options }: Target): readonly string[] {
  const { host, port } = options
  if (!group || typeof host !== 'string') return [name]
  const addresses = [host, ...(typeof port === 'number' ? [hostText(host, port)] : [])]
  return [name, group.name, `${group.name}/${name}`, ...addresses, ...addresses.map((one) => `${group.name}/${one}`)]
}

function labelledTargets(targets: readonly Target[], labels: readonly string[]): readonly Target[] {
  const wanted = labels.map(readLabel)
  const has = (target: Target, { key, value }: Label): boolean => target.labels[key] === value
  for (const label of wanted) if (!targets.some((target) => has(target, label))) throw unknownLabel(label, targets)
  const chosen = targets.filter((target) => wanted.every((label) => has(target, label)))
  if (chosen.length === 0) throw new Fault('usage', words.noTargetWithAll)
  return chosen
}

interface Label {
  readonly key: string
  readonly value: string
}

function readLabel(text: string): Label {
  const equals = text.indexOf('=')
  if (equals > 0) return { key: text.slice(0, equals), value: text.slice(equals + 1) }
  throw new Fault('usage', {
    ja: `--label ${visible(text)} は キー=値 の形でない`,
    en: `--label ${visible(text)} is not KEY=VALUE`,
  })
}

/** More than these are only counted. */
const mostShown = 20

function unknownName(name: string, targets: readonly Target[]): Fault {
  const known = [...new Set(targets.map((target) => target.group?.name ?? target.name))]
  const meant = didYouMean(name, new Set(targets.flatMap(namesOf)))
  return new Fault(
    'usage',
    {
      ja: `対象 ${visible(name)} は設定にない（あるのは ${listed(known)}）`,
      en: `there is no target ${visible(name)} (there are: ${listed(known)})`,
    },
    hint(meant),
  )
}

function unknownLabel({ key, value }: Label, targets: readonly Target[]): Fault {
  const known = [
    ...new Set(targets.flatMap(({ labels }) => Object.entries(labels).map(([name, one]) => `${name}=${one}`))),
  ].sort()
  const text = visible(`${key}=${value}`)
  return new Fault(
    'usage',
    known.length === 0
      ? { ja: `札 ${text} の対象はない（札の付いた対象がない）`, en: `no target has the label ${text}: none has any` }
      : {
          ja: `札 ${text} の対象はない（あるのは ${listed(known)}）`,
          en: `no target has the label ${text} (there are: ${listed(known)})`,
        },
    hint(didYouMean(`${key}=${value}`, known)),
  )
}

const hint = (meant: string | undefined): { readonly next?: LocalText } =>
  meant === undefined ? {} : { next: { ja: `${visible(meant)} のことですか`, en: `did you mean ${visible(meant)}?` } }

const listed = (names: readonly string[]): string =>
  names.slice(0, mostShown).map(visible).join(', ') + (names.length > mostShown ? `, … (${names.length})` : '')
