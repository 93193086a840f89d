import type { Selector } from '../core/baseline.ts'
import { componentKinds } from '../core/catalogue/kinds.ts'
import { isRawMap, rawList, rawTextMap, rawTexts, rawWord } from './raw.ts'

/** A selector from values that its schema has accepted. */
export function readSelector(raw: unknown): Selector | undefined {
  if (!isRawMap(raw)) return undefined
  const kind = rawList(raw['kind']).flatMap((item) => rawWord(item, componentKinds) ?? [])
  return {
    ...(raw['kind'] !== undefined && { kind }),
    ...(raw['label'] !== undefined && { label: rawTextMap(raw['label']) }),
    ...(raw['component'] !== undefined && { component: rawTexts(raw['component']) }),
    ...(raw['platform'] !== undefined && { platform: rawTexts(raw['platform']) }),
  }
}
