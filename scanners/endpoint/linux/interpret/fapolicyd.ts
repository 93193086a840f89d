import {
  type CollectedFile,
  type Evidence,
  type Reading,
  linesOf,
  needsRoot,
  read,
  sectionFiles,
  sectionText,
  unreadable,
} from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { deniesUnlisted } from './fapolicyd-rules.ts'
import { imageFilesystems, kernelFilesystems, readMounts } from './mounts.ts'
import { packageVersions, processNames } from './views.ts'

/** What fapolicyd compares before it takes a file for the trusted one (fapolicyd.conf(5), `integrity`). */
const integrityChecks = ['none', 'size', 'ima', 'sha256'] as const

/** fapolicyd as it runs here. */
export interface Fapolicyd {
  readonly mode: 'off' | 'audit' | 'enforced'
  readonly installed: boolean
  readonly allowList: Reading<boolean>
  readonly integrity: Reading<(typeof integrityChecks)[number]>
  /** Paths that the administrator trusts besides packages; undefined without fapolicyd. */
  readonly trustedFiles: Reading<readonly string[] | undefined>
  readonly evidence: readonly EvidenceRef[]
}

const folder = '/etc/fapolicyd'
/** More paths than a person reviews: the list is then another way of saying "everything". */
const mostTrusted = 2000

/** fapolicyd(8): on while its process runs; `permissive = 1` or `--permissive` only logs. */
export function readFapolicyd(evidence: Evidence): Reading<Fapolicyd> {
  const packages = packageVersions(evidence)
  if (!packages.ok) return packages
  const processes = processNames(evidence)
  if (!processes.ok) return processes
  const runs = processes.value.has('fapolicyd')
  const installed = runs || packages.value.has('fapolicyd')
  if (!runs) {
    return read({
      mode: 'off',
      installed,
      allowList: read(false),
      // nothing is compared by what doesn't run
      integrity: read('none'),
      trustedFiles: installed ? trustedFiles(evidence) : read(undefined),
      evidence: [{ source: installed ? 'processes' : 'packages', at: 'fapolicyd' }],
    })
  }
  const files = sectionFiles(evidence, 'protection-files')
  if (!files.ok) return files
  const configuration = configurationOf(files.value)
  if (!configuration.ok) return configuration
  const told = toldPermissive(evidence)
  if (!told.ok) return told
  const permissive = configuration.value.get('permissive') ?? '0'
  if (!/^\d+$/.test(permissive)) {
    return unreadable({
      ja: 'fapolicyd.conf の permissive を解釈できない',
      en: 'permissive in fapolicyd.conf was not understood',
    })
  }
  const mode = told.value || Number(permissive) !== 0 ? 'audit' : 'enforced'
  const integrity = integrityChecks.find(
    (check) => check === (configuration.value.get('integrity') ?? 'none').toLowerCase(),
  )
  return read({
    mode,
    installed,
    allowList: mode === 'enforced' ? allowListOf(evidence, files.value, configuration.value) : read(false),
    integrity: integrity
      ? read(integrity)
      : unreadable({
          ja: 'fapolicyd.conf の integrity を解釈できない',
          en: 'integrity in fapolicyd.conf was not understood',
        }),
    trustedFiles: trustedFiles(evidence, configuration.value.get('trust')),
    evidence: [{ source: `${folder}/fapolicyd.conf`, at: 'permissive' }, { source: 'fapolicyd-arguments' }],
  })
}

/** `name = value`, of which the last counts; without the file the defaults of the program hold (load_daemon_config). */
function configurationOf(files: ReadonlyMap<string, CollectedFile>): Reading<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  if (files.get(`${folder}/fapolicyd.conf`)?.state === 'absent') return read(values)
  const lines = linesOfFile(files, `${folder}/fapolicyd.conf`)
  if (!lines.ok) return lines
  for (const line of lines.value) {
    const match = /^\s*(\w+)\s*=\s*(\S+)/.exec(line)
    if (match) values.set(match[1] ?? '', match[2] ?? '')
  }
  return read(values)
}

/** Whether a running fapolicyd was started with `--permissive`. */
function toldPermissive(evidence: Evidence): Reading<boolean> {
  const text = sectionText(evidence, 'fapolicyd-arguments')
  if (!text.ok) return text
  const words = linesOf(text.value)
  if (!words.some((word) => word.endsWith('fapolicyd'))) {
    return unreadable({
      ja: 'fapolicyd がどう起動されたか分からない',
      en: 'how fapolicyd was started could not be read',
    })
  }
  return read(words.includes('--permissive'))
}

/** Rules that deny what isn't listed, on every file system where programs can be put. */
function allowListOf(
  evidence: Evidence,
  files: ReadonlyMap<string, CollectedFile>,
  configuration: ReadonlyMap<string, string>,
): Reading<boolean> {
  const rules = rulesOf(files)
  if (!rules.ok || !rules.value) return rules
  const mounts = readMounts(evidence)
  if (!mounts.ok) return mounts
  // the value that the program has when nothing is written (clear_daemon_config)
  const watched = new Set((configuration.get('watch_fs') ?? 'ext4,xfs,tmpfs').split(','))
  const open = mounts.value.some(
    ({ filesystem, options }) =>
      !watched.has(filesystem) &&
      !kernelFilesystems.has(filesystem) &&
      !imageFilesystems.has(filesystem) &&
      !options.includes('noexec') &&
      !options.includes('ro'),
  )
  return read(!open)
}

/**
 * What the rules in force say. fapolicyd takes `fapolicyd.rules` where that exists, else `compiled.rules`, which
 * fagenrules makes of `rules.d` before every start: where the two differ, the next start may change the answer.
 */
function rulesOf(files: ReadonlyMap<string, CollectedFile>): Reading<boolean> {
  const old = files.get(`${folder}/fapolicyd.rules`)
  if (old && old.state !== 'absent') {
    const lines = linesOfFile(files, old.path)
    return lines.ok ? deniesUnlisted(lines.value) : lines
  }
  const compiled = linesOfFile(files, `${folder}/compiled.rules`)
  if (!compiled.ok) return compiled
  const now = deniesUnlisted(compiled.value)
  const parts = [...files.values()]
    .filter(({ path, state }) => path.startsWith(`${folder}/rules.d/`) && state !== 'absent')
    .sort((a, b) => natural(a.path, b.path))
  if (!now.ok || parts.length === 0) return now
  const merged: string[] = []
  for (const { path } of parts) {
    const lines = linesOfFile(files, path)
    if (!lines.ok) return lines
    merged.push(...lines.value)
  }
  const bare = (lines: readonly string[]): string => lines.filter((line) => line.trim() !== '').join('\n')
  if (bare(merged) === bare(compiled.value)) return now
  const next = deniesUnlisted(merged)
  return next.ok && next.value === now.value
    ? now
    : unreadable({
        ja: 'rules.d の規則がまだ compiled.rules に反映されていない（fagenrules --load を実行していない）',
        en: 'the rules of rules.d are not those of compiled.rules (fagenrules --load has not been run)',
      })
}

/** The order of `sort -V`: numbers in names count as numbers. */
function natural(a: string, b: string): number {
  const parts = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? []
  const [left, right] = [parts(a), parts(b)]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [one = '', other = ''] = [left[index], right[index]]
    const numbers = /^\d/.test(one) && /^\d/.test(other)
    const order = numbers ? Number(one) - Number(other) : one < other ? -1 : one > other ? 1 : 0
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** fapolicyd.trust(5): files that are trusted by path, size and hash, in one file and in the folder beside it. */
function trustedFiles(evidence: Evidence, trust = 'rpmdb,file'): Reading<readonly string[]> {
  const files = sectionFiles(evidence, 'protection-files')
  if (!files.ok) return files
  if (!trust.split(',').includes('file')) return read([])
  if (!files.value.has(`${folder}/fapolicyd.trust`)) {
    return unreadable({
      ja: '証跡に fapolicyd の信頼ファイルがない',
      en: 'the evidence lacks the trust files of fapolicyd',
    })
  }
  const paths = new Set<string>()
  for (const { path, state } of files.value.values()) {
    if (path !== `${folder}/fapolicyd.trust` && !path.startsWith(`${folder}/trust.d/`)) continue
    if (state === 'absent') continue
    const lines = linesOfFile(files.value, path)
    if (!lines.ok) return lines
    for (const line of lines.value) if (line.trim() !== '') paths.add(line.trim())
  }
  if (paths.size > mostTrusted) {
    return unreadable({
      ja: `信頼したファイルが多すぎて一覧にできない（${paths.size} 件）`,
      en: `too many files are trusted to list them (${paths.size})`,
    })
  }
  return read([...paths].sort())
}

function linesOfFile(files: ReadonlyMap<string, CollectedFile>, path: string): Reading<readonly string[]> {
  const file = files.get(path)
  if (file?.state === 'read') return read(file.lines)
  return file?.state === 'denied'
    ? unreadable(
        { ja: `${path} は一般利用者の権限では読めない`, en: `${path} is not readable by an ordinary user` },
        needsRoot,
      )
    : unreadable({ ja: `${path} を読めない`, en: `${path} could not be read` })
}
