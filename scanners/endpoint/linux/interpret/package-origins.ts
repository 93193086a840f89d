import { type Evidence, linesOf, sectionText } from '../../../../src/core/evidence.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { oncePerEvidence } from './once.ts'

/** Where the lists on the disk say that a package comes from. */
export type PackageOrigin =
  /** A list of this origin offers exactly this version; `own` when the distribution's does. */
  | { readonly known: true; readonly origin: string; readonly own: boolean }
  | { readonly known: false; readonly why: LocalText }

const unknown = (ja: string, en: string): PackageOrigin => ({ known: false, why: { ja, en } })

/**
 * The origin of a Debian package whose maintainer's address doesn't tell, from the package lists of apt: the `Origin`
 * of the Release file above a list that offers this name, version and architecture. Two limits are known. A package
 * built by hand with the name and version of the distribution's own is taken for it (dpkg keeps no hash of what it
 * installed). And only a list of the distribution itself makes another origin foreign: on a closed network everything may
 * come from a mirror with a name of its own.
 */
export function packageOrigin(
  evidence: Evidence,
  { name, version, architecture = '' }: { name: string; version: string; architecture?: string | undefined },
  distribution: readonly string[],
): PackageOrigin {
  const lists = readLists(evidence)
  if (!lists.ok) return { known: false, why: lists.why }
  const offered = lists.value.filter((list) => list.packages.has(`${name}\t${architecture}\t${version}`))
  const isOwn = (origin: string): boolean => distribution.includes(origin.toLowerCase())
  const own = offered.find(({ origin }) => isOwn(origin))
  if (own) return { known: true, origin: own.origin, own: true }
  const ours = lists.value.filter(({ origin }) => isOwn(origin))
  if (ours.length === 0)
    return unknown(
      '配布物自身の更新情報が手元になく、配布元を確かめられない',
      'no list of the distribution itself is on the disk to tell where it comes from',
    )
  if (lists.value.some(({ whole }) => !whole))
    return unknown(
      '手元の更新情報を読み切れず、配布元を確かめられない',
      'a list on the disk could not be read to its end, so where it comes from is not known',
    )
  const [foreign] = offered
  if (foreign && foreign.origin !== '') return { known: true, origin: foreign.origin, own: false }
  return unknown(
    '保守者の連絡先からも手元の更新情報からも、配布元自身のパッケージか分からない',
    'neither the maintainer’s address nor the lists on the disk tell whether it is the distribution’s own',
  )
}

interface OriginList {
  readonly origin: string
  /** Its last line was seen. */
  readonly whole: boolean
  /** `name TAB architecture TAB version`. */
  readonly packages: ReadonlySet<string>
}

const readLists = oncePerEvidence(
  (
    evidence,
  ): { readonly ok: true; readonly value: readonly OriginList[] } | { readonly ok: false; readonly why: LocalText } => {
    const text = sectionText(evidence, 'origin-lists')
    if (!text.ok) return text
    const lists: { origin: string; whole: boolean; packages: Set<string> }[] = []
    for (const line of linesOf(text.value)) {
      const mark = /^@(\w+) ?(.*)$/.exec(line)
      if (mark?.[1] === 'from') lists.push({ origin: mark[2] ?? '', whole: false, packages: new Set() })
      else if (mark?.[1] === 'exit') {
        const open = lists.at(-1)
        if (open) open.whole = mark[2] === '0'
      } else if (mark?.[1] === 'error') {
        return {
          ok: false,
          why: {
            ja: `${mark[2]} を読めず、配布元を確かめられない`,
            en: `${mark[2]} could not be read, so where it comes from is not known`,
          },
        }
      } else if (!mark) lists.at(-1)?.packages.add(line.split('\t').slice(0, 3).join('\t'))
    }
    return { ok: true, value: lists }
  },
)
