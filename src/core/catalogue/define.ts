import type { LocalText } from '../text.ts'
import type { ComponentKind } from './kinds.ts'
import type { Scope } from '../fact.ts'

/** How a value is written, compared and shown. */
export type ValueType = 'boolean' | 'number' | 'duration' | 'instant' | 'text' | 'version' | 'set'

/** Which way a setting is stricter; `none` where that can't be said. */
export type Stricter = 'higher' | 'lower' | 'true' | 'false' | 'smaller-set' | 'larger-set' | 'none'

/** One entry of the catalogue: a setting that means the same thing on every platform (design law 3). */
export interface Setting {
  readonly id: string
  readonly type: ValueType
  /** For numbers: what is counted. */
  readonly unit?: string
  /** The words it can hold, for text and sets with a closed vocabulary. */
  readonly values?: readonly string[]
  /** The number or duration may also be `never` / `until-unlocked`. */
  readonly unlimited?: boolean
  readonly stricter: Stricter
  readonly title: LocalText
  readonly description: LocalText
  /** Component kinds that can have it; on any other kind it is not applicable. */
  readonly kinds: readonly ComponentKind[]
  /** Scope kinds it can have besides the default. */
  readonly scopes?: readonly Scope['kind'][]
  /** Changes by itself from scan to scan: never a drift. */
  readonly volatile?: boolean
}

/** One field of a row type. */
export interface FieldDefinition {
  readonly type: ValueType
  readonly unit?: string
  readonly values?: readonly string[]
  readonly unlimited?: boolean
  readonly title: LocalText
}

/** A kind of thing that a component has many of. */
export interface RowType {
  readonly id: string
  readonly title: LocalText
  readonly description: LocalText
  readonly kinds: readonly ComponentKind[]
  /** A real component always has at least one: an empty table is unknown (design section 7). */
  readonly neverEmpty?: boolean
  /** Only read with `--deep`. */
  readonly deep?: boolean
  readonly fields: Readonly<Record<string, FieldDefinition>>
}

type Given = Omit<Setting, 'id' | 'title' | 'description' | 'stricter'> & {
  readonly ja: string
  readonly en: string
  readonly descriptionJa?: string
  readonly descriptionEn?: string
  readonly stricter?: Stricter
}

/** Settings of one family; the key is the id after the family's name. */
export const family = (name: string, settings: Readonly<Record<string, Given>>): readonly Setting[] =>
  Object.entries(settings).map(([key, { ja, en, descriptionJa, descriptionEn, stricter, ...rest }]) => ({
    ...rest,
    id: `${name}.${key}`,
    stricter: stricter ?? 'none',
    title: { ja, en },
    description: { ja: descriptionJa ?? ja, en: descriptionEn ?? en },
  }))

/** Shorthand of a field. */
export const field = (
  type: ValueType,
  ja: string,
  en: string,
  more: Omit<FieldDefinition, 'type' | 'title'> = {},
): FieldDefinition => ({ type, title: { ja, en }, ...more })
