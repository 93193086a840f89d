import { existsSync } from 'node:fs'
import { didYouMean } from '../core/did-you-mean.ts'
import { Fault } from '../core/fault.ts'
import type { SoftwareRole, UsedSoftwareList } from '../core/software/list.ts'
import { readSoftwareList } from '../files/software-list.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'
import type { Project } from './project.ts'
import { fromHere } from './select.ts'
import { softwareWords as words } from './words.ts'

/** What of a list file the command line says. */
export interface ListFlags {
  readonly sheet?: string
  readonly role?: SoftwareRole
}

/**
 * Lists of the command line, each a file or the id of one in the configuration; else all of the configuration.
 * @throws Fault `usage` for a name that is neither; Fault `nothing-to-do` without any
 */
export async function chooseLists(
  app: App,
  project: Project | undefined,
  names: readonly string[],
  flags: ListFlags,
): Promise<readonly UsedSoftwareList[]> {
  const configured = project?.config.settings.softwareLists ?? []
  if (names.length === 0) {
    if (configured.length > 0) return configured
    throw new Fault('nothing-to-do', words.noList, { next: words.nameList })
  }
  const chosen = await Promise.all([...new Set(names)].map((name) => namedList(app, configured, name, flags)))
  return chosen.flat()
}

/** Every use of a configured list, or a file. */
export async function namedList(
  app: App,
  configured: readonly UsedSoftwareList[],
  name: string,
  { sheet, role }: ListFlags,
): Promise<readonly UsedSoftwareList[]> {
  const known = configured.filter(({ list }) => list.id === name)
  if (known.length > 0) return known
  const path = fromHere(app.cwd, name)
  if (!existsSync(path)) {
    const meant = didYouMean(
      name,
      configured.map(({ list }) => list.id),
    )
    const hint = meant === undefined ? undefined : { ja: `${meant} のことですか`, en: `did you mean ${meant}?` }
    throw new Fault(
      'usage',
      {
        ja: `一覧 ${visible(name)} はない（ファイルか、seisa.yaml の一覧の id）`,
        en: `there is no list ${visible(name)}: neither a file nor the id of one in seisa.yaml`,
      },
      hint && { next: hint },
    )
  }
  const list = await readSoftwareList(path, { shownAs: name, ...(sheet !== undefined && { sheet }) })
  return [{ list, ...(role && { role }) }]
}
