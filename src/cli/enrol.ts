import { Fault } from '../core/fault.ts'
import type { CollectRun, Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { limitsOfTarget, type RunLimits, runAll } from '../scan/schedule.ts'
import type { OfferedHostKey } from '../transport/ssh/connect-host-key.ts'
import { identityOf } from '../transport/ssh/known-hosts.ts'
import type { SshSettings } from '../transport/ssh/settings.ts'
import type { App } from './app.ts'
import { type Enrolment, type EnrolState, type Hop, hopsOf, keyNameOf } from './enrol-hops.ts'
import { keyQuestion, keyText } from './enrol-text.ts'
import { enrolMessages, enrolWords as words } from './words.ts'

/** What `--enrol` may do without asking. */
export interface EnrolFlags {
  readonly enrol?: true
  readonly accept: readonly string[]
  readonly replace?: true
}

/** @throws Fault `usage` for options that don't go together, and without both a terminal and `--accept` */
export function checkEnrolFlags(app: Pick<App, 'input'>, flags: EnrolFlags): void {
  if (!flags.enrol) {
    const lonely = flags.accept.length > 0 ? '--accept' : flags.replace ? '--replace' : undefined
    if (lonely) throw new Fault('usage', enrolMessages.needsEnrol(lonely))
    return
  }
  const wrong = flags.accept.find((text) => !fingerprintPattern.test(text))
  if (wrong !== undefined) throw new Fault('usage', words.badFingerprint)
  if (flags.accept.length === 0 && !app.input.isTTY)
    throw new Fault('usage', words.needsTerminal, { next: words.needsTerminalNext })
}

/** As `ssh-keygen -l` shows it; base64 of 32 bytes, with or without its padding. */
const fingerprintPattern = /^SHA256:[A-Za-z0-9+/]{43}=?$/

/** What came of enrolling. */
export interface Enrolled {
  readonly enrolments: readonly Enrolment[]
  /** Fingerprints of `--accept` that nobody offered. */
  readonly unused: readonly string[]
}

interface Enrolling {
  readonly app: App
  readonly flags: EnrolFlags
  readonly run: CollectRun
  readonly limits: RunLimits
  /** Names and files that a key was written for in this run. */
  readonly written: Set<string>
  /** Names of the hosts that offered a key, by its fingerprint. */
  readonly offeredBy: Map<string, Set<string>>
}

/**
 * Looks at the host keys on the way to each target, jump hosts first, and enrols those that a person agrees to. A hop
 * behind one that isn't trusted is not looked at. Whoever can't be reached is left to the examination, which says why.
 */
export async function enrolTargets(
  app: App,
  ways: readonly { readonly target: Target; readonly settings: SshSettings }[],
  flags: EnrolFlags,
  { run, limits }: { readonly run: CollectRun; readonly limits: RunLimits },
): Promise<Enrolled> {
  const enrolling: Enrolling = { app, flags, run, limits, written: new Set(), offeredBy: new Map() }
  const targets = new Map(ways.map(({ target }) => [target.name, target]))
  const hops = hopsOf(ways)
  const enrolments: Enrolment[] = []
  const trusted = new Set<string>()
  for (let depth = 0; hops.some((hop) => hop.depth === depth); depth += 1) {
    const now = hops.filter((hop) => hop.depth === depth && (hop.before === undefined || trusted.has(hop.before)))
    const offers = await lookAt(now, targets, enrolling)
    for (const hop of now) {
      if (app.signal.aborted) break
      const offered = offers.get(hop.id)
      if (!offered) continue
      const enrolment = await decide(hop, offered, enrolling)
      if (!enrolment) continue
      enrolments.push(enrolment)
      if (['trusted', 'enrolled', 'replaced'].includes(enrolment.state)) trusted.add(hop.id)
    }
  }
  const seen = new Set(enrolments.map(({ offered }) => offered.verdict.offered.fingerprint))
  return { enrolments, unused: flags.accept.map(plain).filter((text) => !seen.has(text)) }
}

const plain = (fingerprint: string): string => fingerprint.replace(/=$/, '')

/** What each hop offers. Known keys are read once a run, so that a part of its own sees those just written. */
async function lookAt(
  hops: readonly Hop[],
  targets: ReadonlyMap<string, Target>,
  { app, run, limits, offeredBy }: Enrolling,
): Promise<ReadonlyMap<string, OfferedHostKey>> {
  const { offeredHostKey } = await import('../transport/ssh/connect-host-key.ts')
  const fresh = { ...run }
  const offers = new Map<string, OfferedHostKey>()
  await runAll({
    items: hops,
    limitsOf: (hop) => limitsOfTarget(targets.get(hop.target) ?? {}, limits),
    signal: app.signal,
    work: async (hop) => {
      try {
        const offered = await offeredHostKey(hop.settings, { run: fresh, signal: app.signal })
        offers.set(hop.id, offered)
        const { fingerprint } = offered.verdict.offered
        offeredBy.set(fingerprint, (offeredBy.get(fingerprint) ?? new Set<string>()).add(keyNameOf(hop.settings)))
      } catch (cause) {
        if (!(cause instanceof Fault)) throw cause
      }
    },
  })
  return offers
}

/** Nothing for a hop that could not be looked at again: its examination says why. */
async function decide(hop: Hop, first: OfferedHostKey, enrolling: Enrolling): Promise<Enrolment | undefined> {
  const { app, run, written } = enrolling
  const { settings } = hop
  const [file] = settings.knownHostsFiles
  const place = JSON.stringify([file, keyNameOf(settings)])
  // where another server of this name was enrolled a moment ago, what was found before it holds no more
  const offered = written.has(place) ? await lookAgain(settings, { run: { ...run }, signal: app.signal }) : first
  if (!offered) return undefined
  const { verdict } = offered
  if (verdict.state === 'trusted') return { hop, offered, state: 'trusted' }
  if (verdict.state === 'revoked' || verdict.state === 'refused') {
    await app.stderr.write(keyText(app, hop, offered))
    return { hop, offered, state: 'refused' }
  }
  if (file === undefined) {
    await app.stderr.write(`${keyText(app, hop, offered)}  ${words.noFile[app.language]}\n`)
    return { hop, offered, state: 'declined' }
  }
  const changed = verdict.state === 'changed'
  if (!(await agreed(hop, offered, changed, enrolling))) return { hop, offered, state: 'declined' }
  const { enrolHostKey } = await import('../transport/ssh/enrol.ts')
  await enrolHostKey(file, identityOf(settings), offered.key, { replace: changed })
  written.add(place)
  const state: EnrolState = changed ? 'replaced' : 'enrolled'
  await app.stderr.write(`  ${enrolMessages.written(file)[app.language]}\n`)
  return { hop, offered, state }
}

async function lookAgain(
  settings: SshSettings,
  context: { readonly run: CollectRun; readonly signal: AbortSignal },
): Promise<OfferedHostKey | undefined> {
  const { offeredHostKey } = await import('../transport/ssh/connect-host-key.ts')
  try {
    return await offeredHostKey(settings, context)
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

/** Whether this very key is to be enrolled, by its fingerprint or by what a person answers. */
async function agreed(
  hop: Hop,
  offered: OfferedHostKey,
  changed: boolean,
  { app, flags, offeredBy }: Enrolling,
): Promise<boolean> {
  await app.stderr.write(keyText(app, hop, offered))
  if (flags.accept.length > 0) {
    const { fingerprint } = offered.verdict.offered
    // whoever holds the key of one host could stand in for another: --accept doesn't say which is whose
    const isShared = (offeredBy.get(fingerprint)?.size ?? 0) > 1
    const why: LocalText | undefined = !flags.accept.map(plain).includes(fingerprint)
      ? words.notAccepted
      : isShared
        ? words.sharedKey
        : changed && !flags.replace
          ? words.notReplaced
          : undefined
    if (why) await app.stderr.write(`  ${why[app.language]}\n`)
    return why === undefined
  }
  const answer = await app.input.ask(keyQuestion(app, changed), { signal: app.signal })
  const said = (answer ?? '').normalize('NFKC').trim().toLowerCase()
  return changed ? said === 'yes' : ['y', 'yes'].includes(said)
}
