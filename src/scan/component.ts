import type { Field } from '../core/fact.ts'
import { type ComponentResult, settingKey, type SettingResult, type TableResult } from '../core/run.ts'
import type { Snapshot } from '../core/snapshot.ts'

const order = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0

/** A snapshot as it stands in a result: settings and tables by name, sorted; rows only when asked for. */
export function componentResult(
  snapshot: Snapshot,
  target: { readonly name: string; readonly owner?: Readonly<Record<string, string>> },
  withRows: boolean,
): ComponentResult {
  const { component } = snapshot
  const settings: Record<string, SettingResult> = {}
  for (const fact of [...snapshot.facts].sort((a, b) => (settingKey(a) < settingKey(b) ? -1 : 1))) {
    const { setting, scope, ...rest } = fact
    settings[settingKey(fact)] = scope ? { ...rest, setting, scope } : rest
  }
  const tables: Record<string, TableResult> = {}
  for (const table of [...snapshot.tables].sort((a, b) => (a.type < b.type ? -1 : 1))) {
    const rows = [...table.rows].sort(order)
    tables[table.type] = {
      complete: table.complete,
      count: rows.length,
      ...(table.why && { why: table.why }),
      ...(table.needs && { needs: table.needs }),
      ...(table.inapplicable && { inapplicable: table.inapplicable }),
      ...(withRows && { rows: rows.map((row) => ({ ...row, fields: sortedFields(row.fields) })) }),
    }
  }
  return {
    id: component.id,
    kind: component.kind,
    name: component.name,
    target: target.name,
    platform: component.platform,
    ...(target.owner && { owner: target.owner }),
    identifiers: component.identifiers,
    observedAt: component.observedAt,
    settings,
    tables,
  }
}

const sortedFields = (fields: Readonly<Record<string, Field>>): Readonly<Record<string, Field>> =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
