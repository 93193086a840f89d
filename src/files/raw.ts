import { parseDuration } from '../core/duration.ts'
import type { LocalText } from '../core/text.ts'

/** A map as YAML gives it. */
export type RawMap = Readonly<Record<string, unknown>>

export const isRawMap = (raw: unknown): raw is RawMap => typeof raw === 'object' && raw !== null && !Array.isArray(raw)

/** The map, or an empty one where something else stands (the schema has complained already). */
export const rawMap = (raw: unknown): RawMap => (isRawMap(raw) ? raw : {})

export const rawList = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : [])

export const rawText = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined)

export const rawTexts = (raw: unknown): readonly string[] => rawList(raw).filter((item) => typeof item === 'string')

/** The member of a closed set of words that a raw value is. */
export const rawWord = <T extends string>(raw: unknown, words: readonly T[]): T | undefined =>
  words.find((word) => word === raw)

/** A sentence in both languages; one text, or one language, serves for both. */
export function rawSentence(raw: unknown): LocalText | undefined {
  if (typeof raw === 'string') return { ja: raw, en: raw }
  const { ja, en } = rawMap(raw)
  const one = rawText(ja) ?? rawText(en)
  return one === undefined ? undefined : { ja: rawText(ja) ?? one, en: rawText(en) ?? one }
}

export const rawTextMap = (raw: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(rawMap(raw)).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )

/** Whole seconds of a duration; undefined for anything else. */
export const rawDuration = (raw: unknown): number | undefined =>
  typeof raw === 'string' ? parseDuration(raw) : undefined
