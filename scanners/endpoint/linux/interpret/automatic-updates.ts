import {
  type CollectedFile,
  type Evidence,
  type Reading,
  read,
  sectionFiles,
  sectionText,
  unreadable,
} from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { securityOriginTaken } from './apt-origins.ts'
import { readPackages } from './package-readers.ts'
import { aptOptions, aptTrue, iniSections, iniTrue } from './package-source-readers.ts'
import { fileTimes } from './pending-updates.ts'
import { readServices, type Services } from './service-readers.ts'
import { instantOfSystemd } from './tables.ts'
import { tasksRunning } from './task-readers.ts'
import { installsUpdates } from './upgrade-command.ts'

/** Whether security updates install without anybody, and where that was read. */
export interface AutomaticUpdates {
  readonly automatic: boolean
  /** When it last ended well, as an ISO 8601 instant; undefined when it never did, or isn't on. */
  readonly lastSuccess: Reading<string | undefined>
  readonly evidence: readonly EvidenceRef[]
}

/** Programs that can install updates; what a task tells them is read by `installsUpdates`. */
const packageManager =
  /(?:^|[\s/;&|])(?:apt|apt-get|aptitude|dnf|dnf5|dnf-3|microdnf|yum|zypper|apk|transactional-update)\b/

/** Any of the mechanisms that the package databases on this machine can have; false only when each was read. */
export function readAutomaticUpdates(evidence: Evidence): Reading<AutomaticUpdates> {
  const packages = readPackages(evidence)
  if (!packages.ok) return packages
  const { databases } = packages.value
  const services = readServices(evidence)
  const mechanisms: Reading<AutomaticUpdates>[] = []
  if (databases.has('dpkg')) mechanisms.push(unattendedUpgrades(evidence, services))
  if (databases.has('rpm')) mechanisms.push(rpmAutomatic(evidence, services))
  const failed = mechanisms.find((mechanism) => !mechanism.ok)
  if (failed) return failed
  const all = mechanisms.flatMap((mechanism) => (mechanism.ok ? [mechanism.value] : []))
  const where = all.flatMap((mechanism) => mechanism.evidence)
  // two databases are two kinds of software: each needs its own mechanism, and the one that is behind counts
  if (all.length > 0 && all.every((mechanism) => mechanism.automatic)) {
    const lastSuccess =
      all.map((mechanism) => mechanism.lastSuccess).find((last) => !last.ok || last.value === undefined) ??
      read(all.flatMap(({ lastSuccess: last }) => (last.ok && last.value !== undefined ? [last.value] : [])).sort()[0])
    return { ok: true, value: { automatic: true, lastSuccess, evidence: where } }
  }
  const tasks = tasksRunning(evidence, packageManager)
  const installing = tasks.ok
    ? tasks.value.filter((task) => task.enabled === true && installsUpdates(task.command ?? ''))
    : []
  if (installing.length > 0 && databases.size === 1) {
    const lastSuccess = unreadable({
      ja: '定期実行の記録からは、更新に成功したかが分からない',
      en: 'nothing records whether a scheduled task has succeeded in updating',
    })
    const evidence = [...where, ...installing.map((task) => task.evidence)]
    return { ok: true, value: { automatic: true, lastSuccess, evidence } }
  }
  if (!tasks.ok) return tasks
  if (databases.size === 0)
    return unreadable({ ja: 'パッケージの台帳が見つからない', en: 'no package database was found' })
  return {
    ok: true,
    value: { automatic: false, lastSuccess: read(undefined), evidence: [...where, { source: 'cron-files' }] },
  }
}

/** apt.systemd.daily: an interval is a number of days, with or without a unit, or `always`; 0 is off. */
const runs = (value: string | undefined): boolean =>
  value !== undefined && !/^0[smhd]?$/.test(value.trim()) && /^(?:\d+[smhd]?|always)$/.test(value.trim())

function unattendedUpgrades(evidence: Evidence, services: Reading<Services>): Reading<AutomaticUpdates> {
  const option = aptOptions(evidence)
  if (!option.ok) return option
  const packages = readPackages(evidence)
  if (!packages.ok) return packages
  const last = (key: string) => option.value(key).at(-1)
  const where: EvidenceRef[] = [{ source: 'apt-config', at: 'APT::Periodic::Unattended-Upgrade' }]
  const no = (at: EvidenceRef): Reading<AutomaticUpdates> => ({
    ok: true,
    value: { automatic: false, lastSuccess: read(undefined), evidence: [...where, at] },
  })
  const enabled = last('APT::Periodic::Enable')
  if (enabled !== undefined && !aptTrue(enabled)) return no({ source: 'apt-config', at: 'APT::Periodic::Enable' })
  if (!runs(last('APT::Periodic::Unattended-Upgrade')))
    return no({ source: 'apt-config', at: 'APT::Periodic::Unattended-Upgrade' })
  if (!runs(last('APT::Periodic::Update-Package-Lists')))
    return no({ source: 'apt-config', at: 'APT::Periodic::Update-Package-Lists' })
  const taken = securityOriginTaken(
    evidence,
    option.value('Unattended-Upgrade::Allowed-Origins'),
    option.value('Unattended-Upgrade::Origins-Pattern'),
  )
  if (!taken.ok) return taken
  if (!taken.value) return no({ source: 'apt-config', at: 'Unattended-Upgrade::Origins-Pattern' })
  // only the packages that it names are upgraded
  if (option.value('Unattended-Upgrade::Package-Whitelist').length > 0) {
    return no({ source: 'apt-config', at: 'Unattended-Upgrade::Package-Whitelist' })
  }
  // a pattern in the block list that matches every name
  if (option.value('Unattended-Upgrade::Package-Blacklist').some((pattern) => /^\^?(?:\.\*?|)\$?$/.test(pattern))) {
    return no({ source: 'apt-config', at: 'Unattended-Upgrade::Package-Blacklist' })
  }
  if (packages.value.missing) return { ok: false, ...packages.value.missing }
  if (!packages.value.packages.some((detail) => detail.name === 'unattended-upgrades' && detail.configured))
    return no({ source: 'dpkg' })
  const init = sectionText(evidence, 'init')
  if (!init.ok) return init
  if (/^systemd\trunning$/m.test(init.value)) {
    if (!services.ok) return services
    // the first refreshes the lists, the second installs: without one of them nothing comes
    for (const name of ['apt-daily', 'apt-daily-upgrade']) {
      const timer = services.value.enabledUnits.get(`${name}.timer`)
      if (timer === undefined)
        return unreadable({ ja: `${name}.timer の状態が分からない`, en: `the state of ${name}.timer is not known` })
      if (!timer) return no({ source: 'systemd-unit-files', at: `${name}.timer` })
      // a timer starts nothing when its service is masked
      if (services.value.services.get(name)?.state?.startsWith('masked') === true)
        return no({ source: 'systemd-unit-files', at: `${name}.service` })
    }
  } else {
    // cron.daily/apt-compat takes over where systemd doesn't run, if a cron daemon does
    const kernel = sectionText(evidence, 'kernel')
    if (!kernel.ok) return kernel
    const processes = sectionText(evidence, 'processes')
    if (!processes.ok) return processes
    if (!/^apt-compat\tpresent$/m.test(kernel.value) || !/^(?:cron|crond|fcron|busybox)$/m.test(processes.value))
      return no({ source: 'kernel', at: 'apt-compat' })
  }
  // apt.systemd.daily touches it after each run of unattended-upgrade that ended well, and after no other
  const times = sectionText(evidence, 'file-times')
  const lastSuccess = times.ok ? read(fileTimes(evidence).get('/var/lib/apt/periodic/upgrade-stamp')) : times
  return { ok: true, value: { automatic: true, lastSuccess, evidence: where } }
}

/** dnf-automatic (dnf.automatic(8)), yum-cron, and SUSE's own. */
function rpmAutomatic(evidence: Evidence, services: Reading<Services>): Reading<AutomaticUpdates> {
  if (!services.ok) return services
  const files = sectionFiles(evidence, 'package-source-files')
  if (!files.ok) return files
  const init = sectionText(evidence, 'init')
  if (!init.ok) return init
  const running = /^systemd\trunning$/m.test(init.value)
  // a timer starts nothing where systemd does not run (an image with its links, in a container), or when its service
  // is masked
  const unit = (name: string): boolean =>
    running &&
    services.value.enabledUnits.get(name) === true &&
    services.value.services.get(name.replace(/\.timer$/, ''))?.state?.startsWith('masked') !== true
  const yes = (at: string, source = 'systemd-unit-files', timer?: string): Reading<AutomaticUpdates> => ({
    ok: true,
    value: { automatic: true, lastSuccess: serviceSuccess(services.value, timer), evidence: [{ source, at }] },
  })
  for (const name of ['dnf-automatic-install.timer', 'transactional-update.timer', 'os-update.timer'])
    if (unit(name)) return yes(name, 'systemd-unit-files', name)
  const applying = (paths: readonly string[]): Reading<string | undefined> => {
    let where: string | undefined
    for (const path of paths) {
      const file: CollectedFile | undefined = files.value.get(path)
      if (!file || file.state === 'absent') continue
      if (file.state !== 'read') return unreadable({ ja: `${path} を読めない`, en: `${path} could not be read` })
      const value = iniSections(file.lines)
        .find((section) => section.name === 'commands')
        ?.values.get('apply_updates')
      // a later file overrides an earlier one
      if (value !== undefined) where = iniTrue(value) ? path : undefined
    }
    return { ok: true, value: where }
  }
  for (const [timers, paths] of [
    [['dnf-automatic.timer'], ['/etc/dnf/automatic.conf']],
    [
      ['dnf5-automatic.timer', 'dnf-automatic.timer'],
      ['/usr/share/dnf5/dnf5-plugins/automatic.conf', '/etc/dnf/dnf5-plugins/automatic.conf'],
    ],
  ] as const) {
    const on = timers.find(unit)
    if (on === undefined) continue
    const apply = applying(paths)
    if (!apply.ok) return apply
    if (apply.value !== undefined) return yes('apply_updates', apply.value, on)
  }
  if (services.value.services.get('yum-cron')?.automatic === true) {
    const apply = applying(['/etc/yum/yum-cron.conf'])
    if (!apply.ok) return apply
    if (apply.value !== undefined) return yes('apply_updates', apply.value)
  }
  const suse = files.value.get('/etc/sysconfig/automatic_online_update')
  if (suse?.state === 'read' && suse.lines.some((line) => /^AOU_ENABLE_CRONJOB="?true"?/.test(line)))
    return yes('AOU_ENABLE_CRONJOB', suse.path)
  return {
    ok: true,
    value: {
      automatic: false,
      lastSuccess: read(undefined),
      evidence: [{ source: 'systemd-unit-files' }, { source: '/etc/dnf/automatic.conf' }],
    },
  }
}

/** When the service of a timer last ended well. systemd forgets it at every start of the machine. */
function serviceSuccess(services: Services, timer: string | undefined): Reading<string | undefined> {
  const ended = timer === undefined ? undefined : services.lastSuccesses.get(timer.replace(/\.timer$/, '.service'))
  const instant = ended === undefined ? undefined : instantOfSystemd(ended)
  return instant === undefined
    ? unreadable({
        ja: '起動してから自動更新が成功した記録がない',
        en: 'no success of automatic updates is recorded since the machine was started',
      })
    : read(instant)
}
