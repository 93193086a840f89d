import { type Reading, read, unreadable } from '../../../../src/core/evidence.ts'

interface Rule {
  readonly decision: 'allow' | 'deny'
  readonly permission: string
  readonly subject: readonly Attribute[]
  readonly object: readonly Attribute[]
}
/** `name=value`, with every value of a named set; a word alone has no value. */
interface Attribute {
  readonly name: string
  readonly values: readonly string[]
}

/**
 * Whether rules let nothing run that isn't listed (fapolicyd.rules(5)): the first rule that matches decides, and
 * without a match the program runs. Only rules that deny every untrusted program by the end are an allow-list, and an
 * earlier rule that lets untrusted programs of some place or kind run opens it. Shell scripts are apart: the rules that
 * fapolicyd ships let every script run, by a shell that is trusted itself.
 */
export function deniesUnlisted(lines: readonly string[]): Reading<boolean> {
  const sets = new Map<string, readonly string[]>()
  let unclear: string | undefined
  for (const line of lines) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    const set = /^%(\w+)(\+?)=(.*)$/.exec(text)
    if (set) {
      const [, name = '', more, values = ''] = set
      sets.set(name, [...(more === '+' ? (sets.get(name) ?? []) : []), ...values.split(',').map((one) => one.trim())])
      continue
    }
    const rule = ruleOf(text, sets)
    if (!rule) {
      return unreadable({
        ja: `fapolicyd の規則を解せない: ${text}`,
        en: `a rule of fapolicyd was not understood: ${text}`,
      })
    }
    // any and execute cover execution; open alone doesn't
    if (rule.permission !== 'any' && rule.permission !== 'execute') continue
    if (rule.decision === 'deny') {
      if (isAll(rule.subject) && (isAll(rule.object) || isUntrusted(rule.object))) {
        return unclear === undefined
          ? read(true)
          : unreadable({
              ja: `許可した場所に誰が書けるか分からない（${unclear}）`,
              en: `who can write to a place that is allowed is not known (${unclear})`,
            })
      }
      continue
    }
    if (isExempt(rule.subject)) continue
    const opens = opensList(rule.object)
    if (opens === 'yes') return read(false)
    if (opens === 'unclear') unclear ??= text
  }
  return read(false)
}

function ruleOf(text: string, sets: ReadonlyMap<string, readonly string[]>): Rule | undefined {
  // a value with blanks stands in double quotes
  const words: readonly string[] = text.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  const decision = /^(allow|deny)(?:_audit|_syslog|_log)?$/.exec(words[0] ?? '')?.[1]
  const colon = words.indexOf(':')
  if ((decision !== 'allow' && decision !== 'deny') || colon < 0) return undefined
  const permission = /^perm=(\w+)$/.exec(words[1] ?? '')?.[1]
  const subject = words.slice(permission === undefined ? 1 : 2, colon)
  const object = words.slice(colon + 1)
  if (subject.length === 0 || object.length === 0) return undefined
  const attribute = (word: string): Attribute => {
    const equals = word.indexOf('=')
    if (equals < 0) return { name: word, values: [] }
    const values = word
      .slice(equals + 1)
      .split(',')
      .map((value) => value.replace(/^"|"$/g, ''))
    return {
      name: word.slice(0, equals).toLowerCase(),
      values: values.flatMap((value) => (value.startsWith('%') ? (sets.get(value.slice(1)) ?? [value]) : [value])),
    }
  }
  return {
    decision,
    permission: permission ?? 'open',
    subject: subject.map(attribute),
    object: object.map(attribute),
  }
}

const isAll = (attributes: readonly Attribute[]): boolean => attributes.length === 1 && attributes[0]?.name === 'all'
const isUntrusted = (attributes: readonly Attribute[]): boolean =>
  attributes.length === 1 && attributes[0]?.name === 'trust' && attributes[0].values.join() === '0'

/** Programs that run what they are told to, so that a rule for one of them is a rule for everybody. */
const runsAnything =
  /\/(?:(?:ba|da|z|k|mk|c|tc|fi|a|ya)?sh|busybox|env|xargs|find|sudo|su|nice|timeout|setsid|python[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|lua[\d.]*|node|java)$/

/**
 * Rules for root alone, or for named programs that run nothing of the user's choice and that no user can put another in
 * the place of, leave a list an allow-list.
 */
const isExempt = (subject: readonly Attribute[]): boolean =>
  subject.some(
    ({ name, values }) =>
      (name === 'uid' && values.length > 0 && values.every((value) => value === '0' || value === 'root')) ||
      (name === 'exe' && values.every((value) => ofRoot.test(value) && !runsAnything.test(value))),
  )

/** Places where only root writes, and those where every user does (Filesystem Hierarchy Standard). */
const ofRoot = /^\/(?:usr|bin|sbin|lib|lib32|lib64|libx32|etc|boot|opt)(?:\/|$)/
const ofUsers = /^\/(?:home|tmp|var\/tmp|dev\/shm|run\/user|media|mnt|root|srv)?(?:\/|$)/

/** Whether an object that is allowed to run covers programs that nobody listed. */
function opensList(object: readonly Attribute[]): 'yes' | 'no' | 'unclear' {
  const of = (name: string): readonly string[] | undefined => object.find((one) => one.name === name)?.values
  if (of('trust')?.join() === '1') return 'no'
  if (of('filehash') || of('file_hash') || of('sha256hash')) return 'no'
  const paths = of('path')
  const places = [
    ...(of('dir') ?? []),
    ...(paths ?? []).map((path) => path.replace(/^glob:/, '').replace(/[*?[].*$/, '')),
  ]
  if (places.length > 0) {
    const closed = (place: string): boolean => place === 'execdirs' || place === 'systemdirs' || ofRoot.test(place)
    if (places.every(closed)) return 'no'
    return places.some((place) => ofUsers.test(place) || place === 'untrusted' || !place.startsWith('/'))
      ? 'yes'
      : 'unclear'
  }
  const types = of('ftype')
  return types?.every((type) => type === 'text/x-shellscript') ? 'no' : 'yes'
}
