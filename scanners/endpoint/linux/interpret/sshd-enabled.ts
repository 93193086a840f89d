import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import { accessState, stateSays } from './access-files.ts'
import { listenerViews, packageVersions, serviceViews } from './views.ts'

const units = ['ssh', 'sshd', 'dropbear', 'ssh.socket', 'sshd.socket', 'dropbear.socket', 'inetd:ssh', 'openssh-server']

/**
 * Whether an SSH server waits for connections or starts by itself. False needs everything read: no such process, no
 * service that starts, nothing on port 22.
 */
export function sshEnabled(evidence: Evidence): Reading<boolean> {
  const state = accessState(evidence)
  for (const key of ['sshd-running', 'dropbear-running']) {
    const running = stateSays(state, key)
    if (running.ok && running.value) return read(true)
  }
  const services = serviceViews(evidence)
  const starting = services.ok
    ? units.filter((unit) => services.value.has(unit)).map((unit) => services.value.get(unit))
    : []
  if (starting.some((service) => service?.running || service?.automatic)) return read(true)
  const listeners = listenerViews(evidence)
  if (listeners.ok) {
    const on22 = listeners.value.filter((one) => one.protocol === 'tcp' && one.port === 22)
    if (on22.some((one) => one.process === undefined || /ssh|dropbear|systemd/.test(one.process))) return read(true)
  }
  if (!listeners.ok) return listeners
  const seen = stateSays(state, 'processes-seen')
  if (!seen.ok) return seen
  if (!seen.value)
    return unreadable({ ja: '他の利用者のプロセスが見えない', en: 'processes of other users are hidden' })
  const installed = sshInstalled(evidence)
  if (installed.ok && !installed.value) return read(false)
  if (!services.ok) return services
  if (starting.some((service) => service?.automatic === undefined)) {
    return unreadable({
      ja: 'SSH サービスが自動起動するか分からない',
      en: 'it is not known whether the SSH service starts automatically',
    })
  }
  return read(false)
}

/** Whether an SSH server is installed: a program in a usual place, or a package. */
export function sshInstalled(evidence: Evidence): Reading<boolean> {
  const state = accessState(evidence)
  for (const key of ['sshd-installed', 'dropbear-installed', 'sshd-running', 'dropbear-running']) {
    const says = stateSays(state, key)
    if (!says.ok) return says
    if (says.value) return read(true)
  }
  const packages = packageVersions(evidence)
  if (!packages.ok) return packages
  return read(
    ['openssh-server', 'dropbear', 'dropbear-bin', 'dropbear-run', 'tinysshd'].some((name) => packages.value.has(name)),
  )
}
