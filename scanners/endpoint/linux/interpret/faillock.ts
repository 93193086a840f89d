import { read } from '../../../../src/core/evidence.ts'
import type { Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { PamStep } from '../../../../src/readers/pam.ts'
import { settingLines, stepRef } from './pam-evidence.ts'
import type { PamEvidence, SettingLine } from './pam-evidence.ts'

/** One call of pam_faillock or pam_tally2 in a stack, with the settings that are in force for it. */
export interface LockoutModule {
  readonly action: 'preauth' | 'authfail' | 'authsucc' | 'tally'
  /** Failures that lock; Infinity for never. */
  readonly threshold: number
  /** Seconds; Infinity until an administrator unlocks. */
  readonly duration: number
  readonly rootDuration: number
  /** Seconds; Infinity when failures are never forgotten. */
  readonly window: number
  readonly locksRoot: boolean
  /** Members are handled as root is. */
  readonly administratorGroup: string | undefined
  readonly folder: string
  /** Where each value was set; unset ones are the module's defaults. */
  readonly set: ReadonlyMap<'threshold' | 'duration' | 'window', EvidenceRef>
  readonly step: PamStep
}

/** pam_faillock's MAX_TIME_INTERVAL, one week: greater times are refused and the former value stays. */
const longestTime = 604_800

/** Digits at the start, as sscanf reads them. */
const leading = (text: string): number | undefined => {
  const digits = /^\s*\+?(\d+)/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * Settings of one pam_faillock line: faillock.conf (or conf=), then its arguments (pam_faillock(8)).
 * An unreadable file makes the line unreadable; a conf= file that doesn't exist too.
 */
export function readFaillock(pam: PamEvidence, step: PamStep): Reading<LockoutModule> {
  const own = step.arguments.findLast((option) => option.startsWith('conf='))?.slice('conf='.length)
  const settings = own
    ? settingLines(pam, [own], true)
    : settingLines(pam, ['/etc/security/faillock.conf', '/usr/etc/security/faillock.conf'])
  if (!settings.ok) return settings
  // faillock.conf(5): deny 3, fail_interval 900, unlock_time 600
  let threshold = 3
  let window = 900
  let duration = 600
  let rootDuration: number | undefined
  let locksRoot = false
  let administratorGroup: string | undefined
  let folder = '/var/run/faillock'
  let action: LockoutModule['action'] = 'preauth'
  const set = new Map<'threshold' | 'duration' | 'window', EvidenceRef>()
  const time = (value: string): number | undefined => {
    if (value === 'never') return Infinity
    const seconds = leading(value)
    if (seconds === undefined || seconds > longestTime) return undefined
    return seconds === 0 ? Infinity : seconds
  }
  const options: readonly SettingLine[] = [...settings.value, ...argumentLines(step)]
  for (const { name, value, at } of options) {
    switch (name) {
      case 'deny': {
        // sscanf takes a sign too, and the module keeps sixteen bits: -1 is 65535
        const negative = /^\s*-(\d+)/.exec(value)?.[1]
        const count = negative === undefined ? leading(value) : -Number(negative)
        if (count === undefined) break
        const kept = ((count % 65_536) + 65_536) % 65_536
        threshold = kept === 0 ? Infinity : kept
        set.set('threshold', at)
        break
      }
      case 'fail_interval': {
        const seconds = leading(value)
        if (seconds === undefined || seconds > longestTime) break
        window = seconds
        set.set('window', at)
        break
      }
      case 'unlock_time': {
        const seconds = time(value)
        if (seconds === undefined) break
        duration = seconds
        set.set('duration', at)
        break
      }
      case 'root_unlock_time':
        // faillock.conf(5) says that this implies even_deny_root; the module's code does not do so
        rootDuration = time(value) ?? rootDuration
        break
      case 'even_deny_root':
        locksRoot = true
        break
      case 'admin_group':
        administratorGroup = value === '' ? undefined : value
        break
      case 'dir':
        if (value.startsWith('/')) folder = value
        break
      case 'preauth':
      case 'authfail':
      case 'authsucc':
        action = name
        break
    }
  }
  return read({
    action,
    threshold,
    duration,
    rootDuration: rootDuration ?? duration,
    window,
    locksRoot,
    administratorGroup,
    folder,
    set,
    step,
  })
}

/** Settings of one pam_tally2 or pam_tally line: without deny= it only counts, without unlock_time= it locks for good. */
export function readTally(step: PamStep): LockoutModule {
  let threshold = Infinity
  let duration = Infinity
  let rootDuration: number | undefined
  let locksRoot = false
  let folder = step.module === 'pam_tally' ? '/var/log/faillog' : '/var/log/tallylog'
  const set = new Map<'threshold' | 'duration' | 'window', EvidenceRef>()
  for (const { name, value, at } of argumentLines(step)) {
    const number = leading(value)
    if (name === 'deny' && number !== undefined) {
      threshold = number === 0 ? Infinity : number
      set.set('threshold', at)
    } else if (name === 'unlock_time' && number !== undefined) {
      duration = number === 0 ? Infinity : number
      set.set('duration', at)
    } else if (name === 'root_unlock_time' && number !== undefined) rootDuration = number === 0 ? Infinity : number
    else if (name === 'even_deny_root' || name === 'even_deny_root_account') locksRoot = true
    else if (name === 'file' && value.startsWith('/')) folder = value
  }
  return {
    action: 'tally',
    threshold,
    duration,
    rootDuration: rootDuration ?? duration,
    window: Infinity,
    locksRoot,
    administratorGroup: undefined,
    folder,
    set,
    step,
  }
}

const argumentLines = (step: PamStep): readonly SettingLine[] =>
  step.arguments.map((option) => {
    const equals = option.indexOf('=')
    const at = stepRef(step)
    return equals < 0
      ? { name: option, value: '', at }
      : { name: option.slice(0, equals), value: option.slice(equals + 1), at }
  })
