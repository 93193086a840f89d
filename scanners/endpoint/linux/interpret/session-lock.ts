import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Origin, Value } from '../../../../src/core/fact.ts'
import { lastOf, readIni } from '../../../../src/readers/ini.ts'
import { accessFiles, accessState, stateSays, wholeFiles } from './access-files.ts'
import { inapplicable, known, unread } from './contribution.ts'
import { desktopKey } from './dconf.ts'
import { hasDesktop } from './views.ts'

const settings = [
  'session.idle-lock',
  'session.idle-lock-enforced',
  'session.lock-covers-screen',
  'session.lock-screen-notifications',
] as const
type LockSetting = (typeof settings)[number]

/** Value, origin and evidence of one setting on one desktop. */
interface LockValue {
  readonly value: Value
  readonly origin: Origin
  readonly evidence: readonly EvidenceRef[]
}
type Lock = Readonly<Record<LockSetting, Reading<LockValue>>>

/** The screen lock of every installed desktop; the weakest decides. */
export function lockFacts(evidence: Evidence): readonly Fact[] {
  const desktop = hasDesktop(evidence)
  if (!desktop.ok) return settings.map((id) => unread(id, desktop))
  if (!desktop.value) {
    const why = { ja: 'デスクトップが入っていない', en: 'no desktop is installed' }
    return settings.map((id) => inapplicable(id, why, [{ source: 'desktop' }]))
  }
  const locks = locksOf(evidence)
  if (!locks.ok) return settings.map((id) => unread(id, locks))
  return settings.map((id) => {
    const readings = locks.value.map((lock) => lock[id])
    const known_ = readings.flatMap((one) => (one.ok ? [one.value] : []))
    const weakest = known_.find((one) => isWeakest(id, one.value))
    const open = readings.find((one) => !one.ok)
    if (!weakest && open && !open.ok) return unread(id, open)
    const chosen = weakest ?? known_.reduce((left, right) => (Number(right.value) > Number(left.value) ? right : left))
    return known(id, chosen.value, chosen.evidence, chosen.origin)
  })
}

const isWeakest = (id: LockSetting, value: Value): boolean =>
  id === 'session.idle-lock'
    ? value === 'never'
    : id === 'session.lock-screen-notifications'
      ? value === true
      : value === false

function locksOf(evidence: Evidence): Reading<readonly Lock[]> {
  const state = accessState(evidence)
  const has = (name: string): boolean => {
    const says = stateSays(state, `${name}-installed`)
    return says.ok && says.value
  }
  if (!state.ok) return state
  const locks: Lock[] = []
  if (has('gnome')) locks.push(gnomeLock(evidence))
  if (has('kde')) locks.push(kdeLock(evidence))
  const others = ['xfce', 'cinnamon', 'mate', 'light-locker', 'xscreensaver', 'other-desktop'].filter(has)
  if (others.length > 0 || locks.length === 0) {
    const why = {
      ja: `${others[0] ?? 'このデスクトップ'} の画面ロックは利用者ごとの設定で、読み方を持たない`,
      en: `the screen lock of ${others[0] ?? 'this desktop'} is set by each user and is not read`,
    }
    const open = unreadable(why)
    locks.push({
      'session.idle-lock': open,
      'session.idle-lock-enforced': open,
      'session.lock-covers-screen': open,
      'session.lock-screen-notifications': open,
    })
  }
  return read(locks)
}

/** Key files that were not compiled are not in force: `dconf update` (dconf(1)). */
export function dconfCompiled(evidence: Evidence): Reading<true> {
  const state = accessState(evidence)
  if (!state.ok) return state
  const bad = (state.value.get('dconf') ?? []).find((line) => !/^(?:current|sourceless) /.test(line))
  if (!bad) return read(true)
  const name = bad.replace(/^\S+ /, '')
  if (bad.startsWith('denied ')) {
    return unreadable(
      { ja: `/etc/dconf/db/${name} を一覧できない`, en: `/etc/dconf/db/${name} could not be listed` },
      {
        ja: '管理者権限（root、または収集スクリプトの sudo）',
        en: 'administrator rights (root, or sudo for the collector)',
      },
    )
  }
  return unreadable({
    ja: `/etc/dconf/db/${name} がないか設定ファイルより古く、dconf update が要る`,
    en: `/etc/dconf/db/${name} is missing or older than its key files: dconf update was not run`,
  })
}

/** Defaults of GNOME's own schemas: lock after 300 idle seconds, at once, and show notifications. */
function gnomeLock(evidence: Evidence): Lock {
  const compiled = dconfCompiled(evidence)
  const key = (path: string, name: string) =>
    compiled.ok ? desktopKey(evidence, `org/gnome/desktop/${path}`, name) : compiled
  const delay = key('session', 'idle-delay')
  const enabled = key('screensaver', 'lock-enabled')
  const grace = key('screensaver', 'lock-delay')
  const disabled = key('lockdown', 'disable-lock-screen')
  const shown = key('notifications', 'show-in-lock-screen')
  if (!delay.ok || !enabled.ok || !grace.ok || !disabled.ok || !shown.ok) {
    const failed = [delay, enabled, grace, disabled, shown].find((one) => !one.ok) ?? unreadable({ ja: '', en: '' })
    const open: Reading<never> = failed.ok ? unreadable({ ja: '', en: '' }) : failed
    return {
      'session.idle-lock': open,
      'session.idle-lock-enforced': open,
      'session.lock-covers-screen': open,
      'session.lock-screen-notifications': open,
    }
  }
  const used = [delay.value, enabled.value, grace.value, disabled.value]
  const where = used.flatMap((one) => one.evidence)
  const origin: Origin = used.some((one) => one.value !== undefined) ? 'configured' : 'platform-default'
  const idle = gvariantNumber(delay.value.value, 300)
  const late = gvariantNumber(grace.value.value, 0)
  const on = (enabled.value.value ?? 'true') !== 'false' && disabled.value.value !== 'true'
  const value: Reading<number | string> =
    idle === undefined || late === undefined
      ? unreadable({
          ja: 'idle-delay か lock-delay の値を解釈できない',
          en: 'idle-delay or lock-delay is not understood',
        })
      : // an idle-delay of 0 never blanks the screen, and so never locks it
        read(!on || idle === 0 ? 'never' : idle + late)
  const locked = [delay.value, enabled.value, grace.value].every((one) => one.locked)
  return {
    'session.idle-lock': value.ok ? read({ value: value.value, origin, evidence: where }) : value,
    'session.idle-lock-enforced': read({ value: locked, origin, evidence: where }),
    'session.lock-covers-screen': read({
      value: disabled.value.value !== 'true',
      origin: 'platform-default',
      evidence: disabled.value.evidence,
    }),
    'session.lock-screen-notifications': read({
      value: (shown.value.value ?? 'true') !== 'false',
      origin: shown.value.value === undefined ? 'platform-default' : 'configured',
      evidence: shown.value.evidence,
    }),
  }
}

function gvariantNumber(text: string | undefined, byDefault: number): number | undefined {
  if (text === undefined) return byDefault
  const digits = /^(?:uint32\s+)?(\d{1,9})$/.exec(text.trim())?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** kscreenlocker: minutes in [Daemon] Timeout (5), grace seconds in LockGrace (5); `[$i]` takes a key from the user. */
function kdeLock(evidence: Evidence): Lock {
  const files = wholeFiles(accessFiles(evidence), (path) => path === '/etc/xdg/kscreenlockerrc')
  const where = [{ source: '/etc/xdg/kscreenlockerrc' }]
  const perUser = unreadable({
    ja: 'KDE のロック中の通知は利用者ごとの設定',
    en: 'KDE keeps notifications on the lock screen per user',
  })
  if (!files.ok)
    return {
      'session.idle-lock': files,
      'session.idle-lock-enforced': files,
      'session.lock-covers-screen': files,
      'session.lock-screen-notifications': files,
    }
  const lines = files.value[0]?.lines ?? []
  const entries = readIni(lines).map((entry) => ({
    ...entry,
    bare: entry.key.replace(/\[\$[a-z]+\]$/, ''),
    group: entry.section.replace(/\]\[\$[a-z]+$/, ''),
  }))
  const key = (name: string) => {
    const found = lastOf(
      entries.map((entry) => ({ ...entry, key: entry.bare, section: entry.group })),
      'Daemon',
      name,
    )
    return found && entries.find((entry) => entry.line === found.line)
  }
  const whole = lines.some((line) => line.trim() === '[$i]') || entries.some((entry) => entry.section === 'Daemon][$i')
  const timeout = key('Timeout')
  const auto = key('Autolock')
  const grace = key('LockGrace')
  const fixed = (entry: { key: string } | undefined): boolean => whole || entry?.key.endsWith('[$i]') === true
  const minutes = timeout ? Number(timeout.value) : 5
  const late = grace ? Number(grace.value) : 5
  const origin: Origin = entries.length > 0 ? 'configured' : 'platform-default'
  const value: Reading<LockValue> =
    Number.isInteger(minutes) && minutes >= 0 && Number.isInteger(late) && late >= 0
      ? read({
          value: auto?.value === 'false' || minutes === 0 ? 'never' : minutes * 60 + late,
          origin,
          evidence: where,
        })
      : unreadable({ ja: 'kscreenlockerrc の値を解釈できない', en: 'kscreenlockerrc is not understood' })
  return {
    'session.idle-lock': value,
    'session.idle-lock-enforced': read({
      value: fixed(timeout) && fixed(auto) && fixed(grace) && entries.length > 0,
      origin,
      evidence: where,
    }),
    'session.lock-covers-screen': read({ value: true, origin: 'platform-default', evidence: where }),
    'session.lock-screen-notifications': perUser,
  }
}

export const lockSettings: readonly string[] = settings
