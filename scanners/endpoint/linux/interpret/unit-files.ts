import { type Evidence, linesOf, type Reading, sectionText } from '../../../../src/core/evidence.ts'
import { oncePerEvidence } from './once.ts'

/** The settings of one systemd unit after its drop-ins, as far as the collector keeps them. */
export interface UnitFile {
  readonly name: string
  readonly path: string
  /** Values in force; an empty assignment resets the list (systemd.unit(5)). */
  readonly values: (key: string) => readonly string[]
  readonly last: (key: string) => string | undefined
}

/**
 * Unit files by unit name. The collector lists folders in rising precedence: a file in a later folder takes the
 * place of an earlier one, drop-ins of every folder add to it.
 */
export const readUnitFiles = oncePerEvidence((evidence): Reading<ReadonlyMap<string, UnitFile>> => {
  const text = sectionText(evidence, 'unit-files')
  if (!text.ok) return text
  const main = new Map<string, { path: string; lines: string[] }>()
  const additions = new Map<string, string[]>()
  let open: string[] | undefined
  for (const line of linesOf(text.value)) {
    if (line.startsWith('@unit ')) {
      const path = line.slice(6)
      const dropIn = /\/([^/]+)\.d\/[^/]+$/.exec(path)?.[1]
      open = []
      if (dropIn === undefined) main.set(path.slice(path.lastIndexOf('/') + 1), { path, lines: open })
      else {
        open = additions.get(dropIn) ?? []
        additions.set(dropIn, open)
      }
    } else if (!line.startsWith('@')) open?.push(line)
  }
  const units = new Map<string, UnitFile>()
  for (const [name, { path, lines }] of main) {
    const settings = new Map<string, string[]>()
    for (const line of [...lines, ...(additions.get(name) ?? [])]) {
      const equals = line.indexOf('=')
      if (equals < 0) continue
      const key = line.slice(0, equals)
      const value = line.slice(equals + 1)
      settings.set(key, value === '' ? [] : [...(settings.get(key) ?? []), value])
    }
    const values = (key: string) => settings.get(key) ?? []
    units.set(name, { name, path, values, last: (key) => values(key).at(-1) })
  }
  return { ok: true, value: units }
})

/** The first unit file that could not be read, if any: a timer may hide in it. */
export function hiddenUnitFile(evidence: Evidence): string | undefined {
  const text = sectionText(evidence, 'unit-files')
  const line = text.ok ? linesOf(text.value).find((each) => /^@(?:denied|error) /.test(each)) : undefined
  return line?.replace(/^@\S+ /, '')
}
