import { rowTypesById } from '../catalogue/index.ts'
import type { Field, Row } from '../fact.ts'
import type { LocalText } from '../text.ts'
import { foldText, pipName } from './glob.ts'

/** A field of a row, as far as matching cares. */
export type Read =
  | {
      readonly state: 'known'
      readonly raw: string
      readonly folded: string
      /** The name of a Python package in the one form that all its spellings have. */
      readonly pipName?: string
    }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly blocked: readonly [Blocked] }

/** A field that could decide and does not say enough. */
export interface Blocked {
  readonly field: string
  readonly why: LocalText
}

/** A row of the table `software`, each field read and folded once. */
export interface SoftwareRow {
  readonly row: Row
  readonly read: (field: string) => Read
}

/** Longer than any path of Linux or Windows: what is longer comes from a hostile target, and is not looked at. */
const longestText = 4096

const notRead: LocalText = { ja: 'このスキャナはこの項目を読まない', en: 'not read by this scanner' }
const tooLong: LocalText = { ja: `${longestText}字を超える`, en: `longer than ${longestText} characters` }
const notText: LocalText = { ja: '文字ではない値', en: 'not a text' }

/** Makes the fields of a row ready to be compared. */
export function viewOf(row: Row): SoftwareRow {
  const known = new Map<string, Read>()
  const read = (field: string): Read => {
    let value = known.get(field)
    if (!value) {
      value = readField(field, Object.hasOwn(row.fields, field) ? row.fields[field] : undefined)
      if (field === 'name' && value.state === 'known') value = nameAsCompared(value, read('format'))
      known.set(field, value)
    }
    return value
  }
  return { row, read }
}

function readField(name: string, field: Field | undefined): Read {
  const unreadable = (why: LocalText): Read => ({ state: 'unreadable', blocked: [{ field: name, why }] })
  if (field === undefined) return unreadable(notRead)
  if (field === null) return { state: 'absent' }
  if (Array.isArray(field)) return unreadable(notText)
  if (typeof field !== 'object') {
    const raw = String(field)
    if (raw.length > longestText) return unreadable(tooLong)
    return { state: 'known', raw, folded: foldText(raw) }
  }
  if ('unreadable' in field) return unreadable(field.unreadable)
  if ('unsupported' in field) return unreadable(field.unsupported)
  return { state: 'absent' }
}

type Known = Extract<Read, { readonly state: 'known' }>

function nameAsCompared(name: Known, format: Read): Known {
  if (format.state !== 'known') return name
  if (format.folded === 'pip') return { ...name, pipName: pipName(name.folded) }
  // dpkg writes `libc6:amd64` where a package has several architectures; no Debian name holds a colon
  const colon = name.folded.indexOf(':')
  if (colon < 1 || format.folded !== 'deb') return name
  const own = name.folded.slice(0, colon)
  return { state: 'known', raw: own, folded: own }
}

/** A program outside of packages is told by where it lies: the same name may lie in several folders. */
export function calledByPath(view: SoftwareRow): string | undefined {
  const format = view.read('format')
  const path = view.read('path')
  return format.state === 'known' && format.raw === 'file' && path.state === 'known' ? path.raw : undefined
}

const fields = rowTypesById.get('software')?.fields ?? {}

/** A person's word for a field of software. */
export const fieldTitle = (field: string): LocalText =>
  field === 'sha256'
    ? { ja: 'ハッシュ値', en: 'SHA-256' }
    : ((Object.hasOwn(fields, field) ? fields[field]?.title : undefined) ?? { ja: field, en: field })
