import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { LocalText } from '../core/text.ts'
import { packageRoot } from '../package-root.ts'
import { isRawMap } from './raw.ts'

/** One clause of a document, as far as a person asks about it. */
export interface Clause {
  readonly id: string
  /** The form in which a person would cite it. */
  readonly clause: string
  readonly title: LocalText
  readonly summary: LocalText
  readonly kind: string
  readonly level: string
}

/** Clauses of a built-in document, from the control catalogue that ships with it. */
export function clausesOf(document: string): readonly Clause[] {
  const path = join(packageRoot(), 'baselines', document, 'controls.yaml')
  if (!existsSync(path)) return []
  const content: unknown = parse(readFileSync(path, 'utf8'))
  const controls = isRawMap(content) && Array.isArray(content['controls']) ? content['controls'] : []
  return controls.filter(isRawMap).map((control) => ({
    id: text(control['id']),
    clause: text(control['clause']),
    title: { ja: text(control['title_ja']), en: text(control['title_en']) },
    summary: { ja: text(control['summary_ja']), en: text(control['summary_en']) },
    kind: text(control['kind']),
    level: text(control['level']),
  }))
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : value === undefined ? '' : String(value)
