import { type Evidence, sectionText } from '../../../../src/core/evidence.ts'
import type { InterpretContext } from '../../../../src/core/scanner.ts'
import type { Component } from '../../../../src/core/snapshot.ts'
import { type Machine, readMachine } from './machine.ts'
import { virtualisation } from './views.ts'

/** A container sees the hardware of its host, which it shares with others. */
const hardware = (evidence: Evidence, machine: Machine): string | undefined => {
  const kind = virtualisation(evidence)
  return kind.ok && kind.value !== 'container' ? machine.identifiers[0]?.value : undefined
}

/**
 * The machine as a component: id from the hashed machine id, else from the hardware, else from the target's
 * name. Nothing when the evidence doesn't say when it was collected, since no age could be told then.
 */
export function readComponent(evidence: Evidence, { target }: InterpretContext): Component | undefined {
  const collector = sectionText(evidence, 'collector')
  const observedAt = collector.ok
    ? /^observed-at=(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)$/m.exec(collector.value)?.[1]
    : undefined
  if (observedAt === undefined || Number.isNaN(Date.parse(observedAt))) return undefined
  const machine = readMachine(evidence)
  const kind = target.kind ?? machine.kind
  const native = machine.machineId ?? hardware(evidence, machine) ?? `name-${target.name}`
  return {
    id: target.id ?? `${kind}:${native}`,
    kind,
    name: machine.hostname ?? target.name,
    platform: machine.platform,
    identifiers: machine.identifiers,
    observedAt,
  }
}
