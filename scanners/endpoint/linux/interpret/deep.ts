import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, needsRoot, read, sectionText } from '../../../../src/core/evidence.ts'
import type { Fact, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { known, type Part, unread } from './contribution.ts'
import { type FileStat, parseStat } from './system-files.ts'
import { collectedAsRoot } from './views.ts'

export const observesDeep = {
  settings: ['file-access.world-writable-files', 'file-access.unowned-files', 'file-access.packages-intact'],
  rows: ['special-file'],
} as const

/** What the walk over the local file systems found, and what the package manager says of its files (`--deep`). */
export const interpretDeep: Part = (evidence) => {
  const walk = readWalk(evidence)
  const packages = readPackages(evidence)
  return {
    facts: [
      countFact('file-access.world-writable-files', walk, 'world-writable'),
      countFact('file-access.unowned-files', walk, 'unowned'),
      packagesIntact(packages),
    ],
    tables: [table(walk, packages)],
  }
}

type Problem = { readonly why: LocalText; readonly needs?: LocalText }

const notAsked: LocalText = { ja: 'この検査では調べない', en: 'not told by this examination' }

interface Walk {
  readonly rows: readonly Row[]
  /** Why other files may have been missed. */
  readonly problem: Problem | undefined
  /** Files without an owner were looked for. */
  readonly owners: boolean
}

function readWalk(evidence: Evidence): Reading<Walk> {
  const text = sectionText(evidence, 'special-files')
  if (!text.ok) return text
  const lines = linesOf(text.value)
  const rows = new Map<string, Row>()
  for (const line of lines) {
    const stat = parseStat(line)
    for (const kind of stat ? kindsOf(stat) : []) {
      if (!stat) continue
      const key = `${kind}:${stat.path}`
      rows.set(key, {
        key,
        name: stat.path,
        fields: {
          path: stat.path,
          kind,
          owner: stat.owner,
          mode: stat.mode.toString(8).padStart(4, '0'),
          package: { unreadable: notAsked },
        },
        evidence: [{ source: 'special-files' }],
      })
    }
  }
  return read({
    rows: [...rows.values()],
    problem: walkProblem(evidence, lines),
    owners: lines.includes('@owners yes'),
  })
}

function kindsOf(stat: FileStat): readonly string[] {
  const directory = stat.kind === 'directory'
  const sticky = (stat.mode & 0o1000) !== 0
  return [
    ...((stat.mode & 0o002) !== 0 && !(directory && sticky) ? ['world-writable'] : []),
    ...(!directory && (stat.mode & 0o4000) !== 0 ? ['setuid'] : []),
    ...(!directory && (stat.mode & 0o2000) !== 0 ? ['setgid'] : []),
    // stat prints this for a number that no account has
    ...(stat.owner === 'UNKNOWN' || stat.group === 'UNKNOWN' ? ['unowned'] : []),
  ]
}

function walkProblem(evidence: Evidence, lines: readonly string[]): Problem | undefined {
  // below a folder that is closed to the collector's account anything may lie
  if (!collectedAsRoot(evidence)) {
    return {
      why: {
        ja: '一般利用者に閉じたフォルダの中は調べられない',
        en: 'folders closed to an ordinary user were not walked',
      },
      needs: needsRoot,
    }
  }
  // the awk that ends the section writes these three last; a file's name can't come after them
  const [errors, count, exit] = lines.slice(-3)
  const code = /^@exit (\d+)$/.exec(exit ?? '')?.[1]
  const found = /^@count (\d+)$/.exec(count ?? '')?.[1]
  const failures = /^@errors (\d+)$/.exec(errors ?? '')?.[1]
  if (code === undefined || found === undefined || failures === undefined) {
    return { why: { ja: '走査の結果が途中まで', en: 'the result of the walk is not whole' } }
  }
  if (code === '124' || code === '137')
    return { why: { ja: '走査が時間内に終わらなかった', en: 'the walk did not end in time' } }
  if (Number(found) > 20_000)
    return { why: { ja: `該当が${found}個あり、一部だけ記録した`, en: `only a part of ${found} files was recorded` } }
  if (failures !== '0' || (code !== '0' && code !== '1') || lines.includes('@skipped')) {
    return { why: { ja: '走査できなかったフォルダがある', en: 'some folder could not be walked' } }
  }
  if (!lines.some((line) => line === '@root /'))
    return { why: { ja: 'ルートを走査していない', en: 'the root was not walked' } }
  return undefined
}

function countFact(setting: string, walk: Reading<Walk>, kind: string): Fact {
  const refs = [{ source: 'special-files' }]
  if (!walk.ok) return unread(setting, walk, refs)
  if (walk.value.problem) return unread(setting, walk.value.problem, refs)
  if (kind === 'unowned' && !walk.value.owners) {
    return unread(
      setting,
      {
        why: {
          ja: 'この find は所有者のないファイルを探せない',
          en: 'this find can not look for files without an owner',
        },
      },
      refs,
    )
  }
  const paths = new Set(walk.value.rows.filter((row) => row.fields['kind'] === kind).map((row) => row.name))
  return { ...known(setting, paths.size, refs, 'running'), derivedFrom: ['special-file'] }
}

interface Packages {
  readonly altered: readonly Row[]
  readonly problem: Problem | undefined
}

// Documentation that an image leaves out on purpose (dpkg's path-exclude, rpm's nodocs) is no alteration.
const leftOut = /^\/usr\/share\/(?:doc|man|info|locale|lintian|licenses|groff|linda)\//

function readPackages(evidence: Evidence): Reading<Packages> {
  const text = sectionText(evidence, 'package-files')
  if (!text.ok) return text
  const lines = linesOf(text.value)
  const altered = new Map<string, Row>()
  for (const line of lines) {
    // rpm(8), "verify": nine attributes (dpkg imitates them), the kind of file, the name
    const match = /^(missing\s|[.?A-Z0-9]{8,9})\s+(?:([a-z])\s+)?(\/.*)$/.exec(line)
    if (!match) continue
    const [, result = '', kind, path = ''] = match
    const missing = result.startsWith('missing')
    // configuration is meant to be changed; a ghost isn't part of the package
    if (kind === 'c' || kind === 'g' || (missing && leftOut.test(path))) continue
    if (!missing && !/[5SLD]/.test(result)) continue
    const key = `altered:${path}`
    altered.set(key, {
      key,
      name: path,
      fields: {
        path,
        kind: 'altered',
        owner: { unreadable: notAsked },
        mode: { unreadable: notAsked },
        package: { unreadable: notAsked },
      },
      evidence: [{ source: 'package-files' }],
    })
  }
  return read({ altered: [...altered.values()], problem: packageProblem(evidence, lines) })
}

function packageProblem(evidence: Evidence, lines: readonly string[]): Problem | undefined {
  if (!collectedAsRoot(evidence)) {
    return {
      why: {
        ja: '一般利用者には読めないファイルを照合できない',
        en: 'files closed to an ordinary user were not verified',
      },
      needs: needsRoot,
    }
  }
  const [count, exit] = lines.slice(-2)
  const code = /^@exit (\d+)$/.exec(exit ?? '')?.[1]
  const found = /^@count (\d+)$/.exec(count ?? '')?.[1]
  if (code === undefined || found === undefined || !lines[0]?.startsWith('@manager ')) {
    return { why: { ja: '照合の結果が途中まで', en: 'the result of the verification is not whole' } }
  }
  if (code === '124' || code === '137')
    return { why: { ja: '照合が時間内に終わらなかった', en: 'the verification did not end in time' } }
  // 1: there are differences (dpkg(1); rpm counts them, at most 255)
  if (code !== '0' && found === '0')
    return { why: { ja: `照合が終了コード ${code} で失敗した`, en: `the verification failed with exit code ${code}` } }
  if (lines[0] === '@manager dpkg' && code !== '0' && code !== '1') {
    return { why: { ja: `照合が終了コード ${code} で失敗した`, en: `the verification failed with exit code ${code}` } }
  }
  if (Number(found) > 20_000)
    return {
      why: { ja: `差が${found}個あり、一部だけ記録した`, en: `only a part of ${found} differences was recorded` },
    }
  return undefined
}

function packagesIntact(packages: Reading<Packages>): Fact {
  const setting = 'file-access.packages-intact'
  const refs = [{ source: 'package-files' }]
  if (!packages.ok) return unread(setting, packages, refs)
  // one altered file settles it, whatever else could not be verified
  if (packages.value.altered.length > 0) return known(setting, false, refs, 'running')
  return packages.value.problem ? unread(setting, packages.value.problem, refs) : known(setting, true, refs, 'running')
}

function table(walk: Reading<Walk>, packages: Reading<Packages>): Table {
  const rows = [...(walk.ok ? walk.value.rows : []), ...(packages.ok ? packages.value.altered : [])]
  const problem = problemOf(walk) ?? problemOf(packages) ?? (walk.ok && !walk.value.owners ? noOwners : undefined)
  return {
    type: 'special-file',
    rows: rows.sort((a, b) => (a.key < b.key ? -1 : 1)),
    complete: problem === undefined,
    ...(problem && { why: problem.why }),
    ...(problem?.needs && { needs: problem.needs }),
    evidence: [{ source: 'special-files' }, { source: 'package-files' }],
  }
}

const noOwners: Problem = {
  why: { ja: 'この find は所有者のないファイルを探せない', en: 'this find can not look for files without an owner' },
}

const problemOf = (reading: Reading<{ readonly problem: Problem | undefined }>): Problem | undefined =>
  reading.ok ? reading.value.problem : reading
