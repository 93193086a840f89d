import { type Severity, severities } from './baseline.ts'
import type { ExitReason, ExitResult, Finding, FindingKind, TargetResult } from './run.ts'

/** What decides the exit code besides the findings. */
export interface ExitOptions {
  /** Lowest severity that counts as drift; `never` switches code 2 off and nothing else. */
  readonly failOn: Severity | 'never'
  readonly allowIncomplete: boolean
  /** 0 whenever the scan itself worked: for people who look. */
  readonly exitZero: boolean
}

/** Counts towards the exit code, gathered finding by finding. */
export interface ExitTally {
  /** From baselines. */
  drift: number
  /** Software that a list does not allow, or forbids. */
  software: number
  /** Entries of software lists that somebody has to look after. */
  upkeep: number
  incomplete: number
  conflicts: number
}

/** Where a failing finding of a kind is counted; the others are drift from the baselines. */
const countedAs: Partial<Readonly<Record<FindingKind, 'software' | 'upkeep'>>> = {
  'unlisted-software': 'software',
  'forbidden-software': 'software',
  'list-entry-expired': 'upkeep',
  'list-entry-unused': 'upkeep',
}

/** Nothing counted yet. */
export const emptyTally = (): ExitTally => ({ drift: 0, software: 0, upkeep: 0, incomplete: 0, conflicts: 0 })

/** Adds one finding to the tally. */
export function tally(counts: ExitTally, finding: Finding, failOn: ExitOptions['failOn']): void {
  if (
    finding.verdict === 'fail' &&
    failOn !== 'never' &&
    severities.indexOf(finding.severity) <= severities.indexOf(failOn)
  ) {
    counts[countedAs[finding.kind] ?? 'drift'] += 1
  }
  if (finding.verdict === 'unknown') counts.incomplete += 1
  if (finding.conflicts && finding.conflicts.length > 0) counts.conflicts += 1
}

/**
 * The exit code of a run that worked (design section 7): governance 5 before 4 before 2 before 3. `signal` is
 * 130 or 143 when the run was interrupted, and comes before all of them.
 */
export function exitOf(
  counts: Readonly<ExitTally>,
  targets: readonly TargetResult[],
  options: ExitOptions,
  signal?: 130 | 143,
): ExitResult {
  const reasons: ExitReason[] = []
  const silent = targets.filter((target) => target.state === 'unreachable' || target.state === 'denied').length
  const partial = targets.filter((target) => target.state === 'partial').length
  const incomplete = counts.incomplete > 0 || silent > 0 || partial > 0
  if (signal) {
    reasons.push({
      code: signal,
      text: { ja: '途中で止められた（終わった分だけの結果）', en: 'interrupted: only what was finished is here' },
    })
  }
  if (counts.conflicts > 0) {
    reasons.push({
      code: 5,
      text: {
        ja: `互いに矛盾する要件がある（指摘 ${counts.conflicts} 件）。for・parameters・disable で決める`,
        en: `requirements contradict each other (${plural(counts.conflicts, 'finding')}); settle it with for, parameters or disable`,
      },
    })
  }
  if (counts.drift > 0) {
    reasons.push({
      code: 2,
      text: {
        ja: `基準からの逸脱が ${counts.drift} 件`,
        en: `${plural(counts.drift, 'deviation')} from the baselines`,
      },
    })
  }
  if (counts.software > 0) {
    reasons.push({
      code: 2,
      text: {
        ja: `一覧で許可されていない、または禁止されたソフトウェアが ${counts.software} 件`,
        en: `${plural(counts.software, 'piece')} of software not allowed or forbidden by a list`,
      },
    })
  }
  if (counts.upkeep > 0) {
    reasons.push({
      code: 2,
      text: {
        ja: `見直しの要る項目がソフトウェア一覧に ${counts.upkeep} 件`,
        en: `${plural(counts.upkeep, 'software list entry', 'software list entries')} to be looked after`,
      },
    })
  }
  if (incomplete && !options.allowIncomplete) {
    reasons.push({ code: 3, text: incompleteText(counts.incomplete, silent, partial, false) })
  }
  const code = codeOf(reasons)
  if (incomplete && options.allowIncomplete) {
    reasons.push({ code: 0, text: incompleteText(counts.incomplete, silent, partial, true) })
  }
  // a scan in which no target answered did not work
  const worked = targets.some((target) => target.state === 'ok' || target.state === 'partial')
  return { code: options.exitZero && worked && !signal ? 0 : code, reasons }
}

/** The code that reasons lead to: what `--exit-zero` took back shows in its difference from the exit's own. */
export function codeOf(reasons: readonly ExitReason[]): number {
  const codes = new Set(reasons.map((reason) => reason.code))
  if (codes.has(130)) return 130
  if (codes.has(143)) return 143
  const failed = [1, 10, 11, 12, 13].find((code) => codes.has(code))
  if (failed !== undefined) return failed
  if (codes.has(5)) return 5
  if (codes.has(2)) return codes.has(3) ? 4 : 2
  return codes.has(3) ? 3 : 0
}

function incompleteText(unknown: number, silent: number, partial: number, allowed: boolean): ExitReason['text'] {
  const ja: string[] = []
  const en: string[] = []
  if (unknown > 0) {
    ja.push(`判定できない要件が ${unknown} 件`)
    en.push(`${plural(unknown, 'requirement')} could not be judged`)
  }
  if (silent > 0) {
    ja.push(`何も読めなかった対象が ${silent} 件`)
    en.push(`${plural(silent, 'target')} gave nothing`)
  }
  if (partial > 0) {
    ja.push(`一部しか読めない対象が ${partial} 件`)
    en.push(`${plural(partial, 'target')} could be read in part only`)
  }
  return {
    ja: `${ja.join('、')}${allowed ? '（--allow-incomplete で許容）' : ''}`,
    en: `${en.join('; ')}${allowed ? ' (accepted by --allow-incomplete)' : ''}`,
  }
}

/** Exit code for the name of the signal that interrupted a run. */
export const signalCode = (reason: unknown): 130 | 143 => (reason === 'SIGTERM' ? 143 : 130)

const plural = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`
