import type { LocalText } from './text.ts'

/**
 * Raw answers of one target, as a collector printed them. The text form (`docs/evidence.md`) frames
 * sections with a nonce, so that nothing inside a section can pass for a frame.
 */
export interface Evidence {
  /** Who collected, e.g. `endpoint/linux`. */
  readonly collector: string
  /** True when the end marker was seen: what is missing then was never collected, not lost. */
  readonly complete: boolean
  readonly sections: ReadonlyMap<string, Section>
}

/** Why a collector left a section out by itself. */
export type SkipReason =
  /** Needs administrator rights. */
  | 'root'
  /** The command isn't installed. */
  | 'command'
  /** Not asked for (`--deep`, a simulated upgrade). */
  | 'not-asked'

/** One answer inside an evidence bundle. */
export interface Section {
  readonly id: string
  /** False when the output broke off inside it, or when a limit cut it. */
  readonly complete: boolean
  /** Exit code; 124 and 137 when its time limit ended it, null when it never ended. */
  readonly exitCode: number | null
  readonly skipped?: SkipReason
  /** UTF-8; bytes that aren't are U+FFFD. */
  readonly text: string
}

/** Something read from evidence, or why it could not be. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: LocalText; readonly needs?: LocalText; readonly skipped?: SkipReason }

/** A successful reading. */
export const read = <T>(value: T): Reading<T> => ({ ok: true, value })

/** A reading that failed. */
export const unreadable = (why: LocalText, needs?: LocalText): Reading<never> =>
  needs ? { ok: false, why, needs } : { ok: false, why }

export const needsRoot: LocalText = {
  ja: '管理者権限（root、または収集スクリプトの sudo）',
  en: 'administrator rights (root, or sudo for the collector)',
}

/**
 * Text of a section that was collected whole. `exitCodes` are those that still mean a whole answer
 * (grep's 1, for example).
 */
export function sectionText(evidence: Evidence, id: string, exitCodes: readonly number[] = [0]): Reading<string> {
  const section = evidence.sections.get(id)
  if (!section) {
    return evidence.complete
      ? unreadable({ ja: `証跡に ${id} がない`, en: `the evidence has no section ${id}` })
      : unreadable({ ja: `証跡が途中で切れ、${id} がない`, en: `the evidence broke off before ${id}` })
  }
  if (section.skipped === 'root') {
    return {
      ok: false,
      skipped: 'root',
      why: { ja: '一般利用者の権限では読めない', en: 'not readable by an ordinary user' },
      needs: needsRoot,
    }
  }
  if (section.skipped === 'command') {
    return {
      ok: false,
      skipped: 'command',
      why: { ja: `${id} を読む命令が入っていない`, en: `the command that reads ${id} is not installed` },
    }
  }
  if (section.skipped === 'not-asked') {
    return {
      ok: false,
      skipped: 'not-asked',
      why: { ja: '既定では調べない', en: 'not read by default' },
      needs: { ja: '--deep', en: '--deep' },
    }
  }
  if (!section.complete) return unreadable({ ja: `${id} の出力が途中で切れた`, en: `the output of ${id} broke off` })
  if (section.exitCode === 124 || section.exitCode === 137) {
    return unreadable({ ja: `${id} が時間内に終わらなかった`, en: `${id} did not end within its time limit` })
  }
  if (section.exitCode === null || !exitCodes.includes(section.exitCode)) {
    return unreadable({
      ja: `${id} が終了コード ${section.exitCode} で失敗した`,
      en: `${id} failed with exit code ${section.exitCode}`,
    })
  }
  return read(section.text)
}

/** A file as the collector's `files` function reports it. */
export type CollectedFile =
  | { readonly state: 'read'; readonly path: string; readonly lines: readonly string[] }
  /** Read, but longer than the collector's limit. */
  | { readonly state: 'cut'; readonly path: string; readonly lines: readonly string[] }
  | { readonly state: 'absent'; readonly path: string }
  | { readonly state: 'denied'; readonly path: string }
  /** Not a regular file, a name with a line break, or a read error. */
  | { readonly state: 'refused'; readonly path: string }

/** Files of a section written by the collector's `files` function, by path, in collected order. */
export function sectionFiles(evidence: Evidence, id: string): Reading<ReadonlyMap<string, CollectedFile>> {
  const text = sectionText(evidence, id)
  if (!text.ok) return text
  const files = new Map<string, CollectedFile>()
  let open: { path: string; lines: string[] } | undefined
  for (const line of text.value.split('\n')) {
    if (line.startsWith('|')) {
      open?.lines.push(line.slice(1))
      continue
    }
    const match = /^@(file|end|cut|error|absent|denied|refused)(?: (.*))?$/.exec(line)
    if (!match) continue
    const [, mark, path = ''] = match
    if (mark === 'file') {
      open = { path, lines: [] }
      files.set(path, { state: 'refused', path })
    } else if (mark === 'end' || mark === 'cut') {
      if (open) files.set(open.path, { state: mark === 'end' ? 'read' : 'cut', ...open })
      open = undefined
    } else if (mark === 'error') {
      open = undefined
    } else {
      files.set(path, { state: mark as 'absent' | 'denied' | 'refused', path })
    }
  }
  return read(files)
}

/** Lines of a text without the empty one after the last line break. */
export const linesOf = (text: string): readonly string[] => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
