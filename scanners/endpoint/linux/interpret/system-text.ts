import type { CollectedFile, Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, needsRoot, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'

/** Lines of a section as `name` and the rest after the first `separator`. */
export function keyedLines(
  evidence: Evidence,
  id: string,
  separator = '=',
  exitCodes: readonly number[] = [0],
): Reading<ReadonlyMap<string, readonly string[]>> {
  const text = sectionText(evidence, id, exitCodes)
  if (!text.ok) return text
  const found = new Map<string, string[]>()
  for (const line of linesOf(text.value)) {
    const at = line.indexOf(separator)
    const key = at < 0 ? line : line.slice(0, at)
    const rest = at < 0 ? '' : line.slice(at + separator.length)
    const values = found.get(key)
    if (values) values.push(rest)
    else found.set(key, [rest])
  }
  return read(found)
}

/** A file that was not read, as a reading. */
export function fileReading(file: CollectedFile | undefined, path: string): Reading<readonly string[]> {
  if (!file) return unreadable({ ja: `${path} が証跡にない`, en: `${path} is not in the evidence` })
  switch (file.state) {
    case 'read':
      return read(file.lines)
    case 'absent':
      return unreadable({ ja: `${path} がない`, en: `there is no ${path}` })
    case 'denied':
      return unreadable(
        { ja: `${path} は一般利用者の権限では読めない`, en: `${path} is not readable by an ordinary user` },
        needsRoot,
      )
    case 'cut':
      return unreadable({ ja: `${path} が長すぎて途中まで`, en: `${path} is too long and was cut` })
    case 'refused':
      return unreadable({ ja: `${path} を読めなかった`, en: `${path} could not be read` })
  }
}

/** One file of a `files` section; undefined when it was read for and isn't there. */
export function optionalFile(evidence: Evidence, id: string, path: string): Reading<readonly string[] | undefined> {
  const files = sectionFiles(evidence, id)
  if (!files.ok) return files
  const file = files.value.get(path)
  return file?.state === 'absent' ? read(undefined) : fileReading(file, path)
}

/** First line of a file that may be absent. */
export function optionalLine(evidence: Evidence, id: string, path: string): Reading<string | undefined> {
  const lines = optionalFile(evidence, id, path)
  return lines.ok ? read(lines.value?.[0]?.trim()) : lines
}

/** What `system_values` printed for a one-line file. */
export type SystemValue =
  | { readonly state: 'read'; readonly value: string; readonly line: number }
  | { readonly state: 'absent' | 'denied' | 'error'; readonly line: number }

/** Text of each one-line file in a `system_values` section, by path. */
export function systemValues(evidence: Evidence, id: string): Reading<ReadonlyMap<string, SystemValue>> {
  const text = sectionText(evidence, id)
  if (!text.ok) return text
  const found = new Map<string, SystemValue>()
  for (const [index, line] of linesOf(text.value).entries()) {
    const tab = line.indexOf('\t')
    if (tab < 0 || !line.startsWith('/')) continue
    const value = line.slice(tab + 1).trim()
    const mark = /^@(absent|denied|error)$/.exec(value)?.[1]
    const at = index + 1
    if (mark === 'absent' || mark === 'denied' || mark === 'error')
      found.set(line.slice(0, tab), { state: mark, line: at })
    else found.set(line.slice(0, tab), { state: 'read', value, line: at })
  }
  return read(found)
}

/** Symbolic links of the `system-links` section: path to what it leads to, as `ls -l` shows it. */
export function systemLinks(evidence: Evidence): Reading<ReadonlyMap<string, string>> {
  const text = sectionText(evidence, 'system-links')
  if (!text.ok) return text
  const links = new Map<string, string>()
  let folder = ''
  for (const line of linesOf(text.value)) {
    const header = /^(\/.*):$/.exec(line)
    if (header) {
      folder = `${header[1]}/`
      continue
    }
    const arrow = line.indexOf(' -> ')
    // seven columns before the name: type and mode, links, owner, group, size, and three of the date
    const name = arrow < 0 ? null : /^l\S*\s+\d+\s+\S+\s+\S+\s+\d+\s+\S+\s+\S+\s+\S+\s(.*)$/.exec(line.slice(0, arrow))
    if (name?.[1] === undefined) continue
    links.set(name[1].startsWith('/') ? name[1] : `${folder}${name[1]}`, line.slice(arrow + 4))
  }
  return read(links)
}

/** Names that the `marks` section found present. Unreadable unless the list was finished. */
export function presentMarks(evidence: Evidence): Reading<ReadonlySet<string>> {
  const text = sectionText(evidence, 'marks')
  if (!text.ok) return text
  const lines = linesOf(text.value)
  if (!lines.includes('checked')) return unreadable({ ja: 'marks が途中まで', en: 'marks is not finished' })
  return read(new Set(lines.filter((line) => line.startsWith('present ')).map((line) => line.slice(8))))
}
