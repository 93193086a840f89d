import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { SoftwareList, UsedSoftwareList } from '../core/software/list.ts'
import { softwareRoles } from '../core/software/list.ts'
import { selectorSchema } from './baseline-schema.ts'
import type { Says } from './excerpt.ts'
import { type Problem, problemsOf } from './problems.ts'
import { isRawMap, type RawMap, rawList, rawSentence, rawText, rawWord } from './raw.ts'
import { kebabCase, list, map, type Schema, says, sentence, text } from './schema-words.ts'
import { readSelector } from './selector.ts'
import { isYamlList, readSoftwareList, type TableListOptions } from './software-list.ts'
import type { YamlDocument } from './yaml.ts'

/** `software-lists:` of seisa.yaml. */
export const softwareListsSchema: Schema = list(
  map(
    {
      file: text(
        '一覧のファイル（.yaml・.csv・.xlsx。この設定ファイルから見た場所）',
        'file of the list: .yaml, .csv or .xlsx, relative to this file',
      ),
      for: selectorSchema,
      role: {
        ...says('使う人（administrator か user）', 'who uses these components: administrator or user'),
        enum: softwareRoles,
      },
      sheet: text('ブックのシート名', 'name of the sheet in a workbook'),
      id: {
        ...says('表の id（小文字の英数字と -）', 'id of a table, such as our-servers'),
        type: 'string',
        pattern: kebabCase,
      },
      version: {
        ...says('表の版（直すたびに増やす整数）', 'version of a table: a whole number that grows'),
        type: 'integer',
        minimum: 1,
      },
      title: sentence('表の名前', 'title of a table'),
      unlisted: {
        ...says(
          '表にない物: forbidden（禁止）か accepted（認める）',
          'what the table does not list: forbidden or accepted',
        ),
        enum: ['forbidden', 'accepted'],
      },
      status: {
        ...says(
          '区分の列がない表の意味: allow（許可）か deny（禁止）',
          'what a table without a column for it means: allow or deny',
        ),
        enum: ['allow', 'deny'],
      },
    },
    ['file'],
    says('ソフトウェア一覧の使用', 'use of a software list'),
  ),
  says('ソフトウェアの許可・禁止の一覧', 'lists of allowed and forbidden software'),
)

/** Keys that only a table needs: a YAML file says these things itself. */
const ofTables = ['sheet', 'id', 'version', 'title', 'unlisted', 'status'] as const

/** The lists that a configuration uses, read, and every problem in them. */
export async function readSoftwareLists(
  document: YamlDocument,
  raw: unknown,
  folder: string,
): Promise<{ readonly lists: readonly UsedSoftwareList[]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = []
  const read: { readonly index: number; readonly place: string; readonly used: UsedSoftwareList }[] = []
  for (const [index, entry] of rawList(raw).entries()) {
    const file = isRawMap(entry) ? rawText(entry['file']) : undefined
    if (!isRawMap(entry) || file === undefined || file === '') continue
    const found = await readOne(document, entry, index, { path: resolve(folder, file), shownAs: file })
    if (Array.isArray(found)) problems.push(...found)
    else if ('list' in found)
      read.push({ index, place: `${resolve(folder, file)}\n${rawText(entry['sheet']) ?? ''}`, used: found })
  }
  for (const [at, { index, place, used }] of read.entries()) {
    for (const earlier of read.slice(0, at)) {
      const same = earlier.place === place
      if (same && !(earlier.used.for && used.for) && earlier.used.role === used.role)
        problems.push(document.problem(['software-lists', index, 'file'], twice))
      if (!same && earlier.used.list.id === used.list.id)
        problems.push(document.problem(['software-lists', index], sameId(used.list.id)))
    }
  }
  return { lists: read.map(({ used }) => used), problems }
}

async function readOne(
  document: YamlDocument,
  entry: RawMap,
  index: number,
  file: { readonly path: string; readonly shownAs: string },
): Promise<UsedSoftwareList | readonly Problem[]> {
  const at = ['software-lists', index]
  if (isYamlList(file.path)) {
    const extra = ofTables.filter((key) => entry[key] !== undefined)
    if (extra.length > 0) return extra.map((key) => document.problem([...at, key], saidInFile, 'key'))
  }
  const selector = readSelector(entry['for'])
  const role = rawWord(entry['role'], softwareRoles)
  try {
    const read: SoftwareList = await readSoftwareList(file.path, { ...optionsOf(entry), shownAs: file.shownAs })
    return { list: read, ...(selector && { for: selector }), ...(role && { role }) }
  } catch (error) {
    const found = problemsOf(error)
    if (found) return found
    if (!(error instanceof Fault)) throw error
    const expected = error.next ?? { ja: '読める一覧のファイル', en: 'a list that can be read' }
    return [document.problem([...at, 'file'], { what: error.what, expected })]
  }
}

function optionsOf(entry: RawMap): TableListOptions {
  const [sheet, id] = [rawText(entry['sheet']), rawText(entry['id'])]
  const title = rawSentence(entry['title'])
  const unlisted = rawWord(entry['unlisted'], ['forbidden', 'accepted'] as const)
  const status = rawWord(entry['status'], ['allow', 'deny'] as const)
  return {
    ...(sheet !== undefined && { sheet }),
    ...(id !== undefined && { id }),
    ...(typeof entry['version'] === 'number' && { version: entry['version'] }),
    ...(title && { title }),
    ...(unlisted && { unlisted }),
    ...(status && { status }),
  }
}

const saidInFile: Says = {
  what: { ja: 'YAML の一覧では、そのファイルの中に書く', en: 'a list in YAML says this itself' },
  expected: { ja: 'この行を消す（for と role はここに書く）', en: 'nothing here (only for and role stand here)' },
}
const twice: Says = {
  what: { ja: '同じ一覧が2回使われている', en: 'the same list is used twice' },
  expected: { ja: 'それぞれに for: で対象を分けるか、role: を分ける', en: 'a for: on each, or another role:' },
}
const sameId = (id: string): Says => ({
  what: { ja: `一覧の id「${id}」が重複している`, en: `two lists have the id “${id}”` },
  expected: { ja: '一覧ごとに違う id（表なら id: で決める）', en: 'an id of its own for each list (of a table: id:)' },
})
