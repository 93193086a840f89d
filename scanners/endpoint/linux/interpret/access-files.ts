import {
  type CollectedFile,
  type Evidence,
  type Reading,
  read,
  sectionFiles,
  sectionText,
  unreadable,
} from '../../../../src/core/evidence.ts'

// What the parts of the access domain read in common: the state section, and files.

/** Values of the `access-state` section by key, in order. */
export function accessState(evidence: Evidence): Reading<ReadonlyMap<string, readonly string[]>> {
  const text = sectionText(evidence, 'access-state')
  if (!text.ok) return text
  const values = new Map<string, string[]>()
  for (const line of text.value.split('\n')) {
    const at = line.indexOf('=')
    if (at <= 0) continue
    const key = line.slice(0, at)
    const list = values.get(key) ?? []
    list.push(line.slice(at + 1))
    values.set(key, list)
  }
  return read(values)
}

/** Whether a yes/no key of the state section says yes; unreadable when it says neither. */
export function stateSays(state: Reading<ReadonlyMap<string, readonly string[]>>, key: string): Reading<boolean> {
  if (!state.ok) return state
  const value = state.value.get(key)?.at(-1)
  if (value === 'yes' || value === 'no') return read(value === 'yes')
  return unreadable({ ja: `証跡の access-state に ${key} がない`, en: `the evidence has no ${key} in access-state` })
}

/** Files of the domain by path: plain ones and those reduced on the target, together. */
export const accessFiles = (evidence: Evidence): Reading<ReadonlyMap<string, CollectedFile>> =>
  sectionFiles(evidence, 'access-files')

/** Files whose text was reduced on the target. */
export const reducedFiles = (evidence: Evidence): Reading<ReadonlyMap<string, CollectedFile>> =>
  sectionFiles(evidence, 'access-reduced')

/** A file that was read whole. */
export interface WholeFile {
  readonly path: string
  readonly lines: readonly string[]
}

/**
 * Files of a reading whose paths match, in path order; unreadable when one of them could not be read whole, or
 * when none of them was asked for at all.
 */
export function wholeFiles(
  files: Reading<ReadonlyMap<string, CollectedFile>>,
  matches: (path: string) => boolean,
): Reading<readonly WholeFile[]> {
  if (!files.ok) return files
  const named = [...files.value.values()].filter((file) => matches(file.path))
  if (named.length === 0)
    return unreadable({ ja: '証跡に該当するファイルの記録がない', en: 'the evidence does not mention the files' })
  const bad = named.find((file) => file.state !== 'read' && file.state !== 'absent' && !isFolder(file))
  if (bad) return fileFailure(bad)
  return read(
    named
      .flatMap((file) => (file.state === 'read' ? [{ path: file.path, lines: file.lines }] : []))
      .sort((left, right) => (left.path < right.path ? -1 : 1)),
  )
}

// folders that a pattern of files meets
const isFolder = (file: CollectedFile): boolean => file.state === 'refused' && /\/(locks|README)$/.test(file.path)

/** Why a file could not be read whole. */
export function fileFailure(file: CollectedFile): Reading<never> {
  if (file.state === 'denied') {
    return unreadable(
      { ja: `${file.path} を読む権限がない`, en: `${file.path} may not be read by this user` },
      {
        ja: '管理者権限（root、または収集スクリプトの sudo）',
        en: 'administrator rights (root, or sudo for the collector)',
      },
    )
  }
  return file.state === 'cut'
    ? unreadable({ ja: `${file.path} が長すぎて途中で切った`, en: `${file.path} was cut: too long` })
    : unreadable({ ja: `${file.path} を読めなかった`, en: `${file.path} could not be read` })
}
