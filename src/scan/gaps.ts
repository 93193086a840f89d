import type { Fact, Table } from '../core/fact.ts'
import { type GapResult, settingKey } from '../core/run.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { LocalText } from '../core/text.ts'

/** Everything of a snapshot that was not read, grouped by reason and by what would let it be read. */
export function gapsOf(snapshot: Snapshot, target: string): readonly GapResult[] {
  const groups = new Map<string, { what: Set<string>; why: LocalText; needs?: LocalText }>()
  const add = (what: readonly string[], why: LocalText, needs: LocalText | undefined): void => {
    const key = `${needs?.en ?? ''}\u0000${why.en}`
    const group = groups.get(key) ?? { what: new Set<string>(), why, ...(needs && { needs }) }
    for (const item of what) group.what.add(item)
    groups.set(key, group)
  }
  for (const fact of snapshot.facts) if (isUnreadable(fact)) add([settingKey(fact)], fact.why, fact.needs)
  for (const table of snapshot.tables) {
    if (!table.complete && !table.inapplicable) add([table.type], table.why ?? partOnly, table.needs)
    addFields(table, add)
  }
  for (const gap of snapshot.gaps) add(gap.what, gap.why, gap.needs)
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({
      target,
      component: snapshot.component.id,
      what: [...group.what].sort(),
      why: group.why,
      ...(group.needs && { needs: group.needs }),
    }))
}

const partOnly: LocalText = { ja: '一覧の一部しか読めない', en: 'only a part of the table could be read' }

const isUnreadable = (fact: Fact): fact is Fact & { readonly state: 'unreadable' } => fact.state === 'unreadable'

/** Fields that could not be read, once each however many rows lack them. */
function addFields(
  table: Table,
  add: (what: readonly string[], why: LocalText, needs: LocalText | undefined) => void,
): void {
  for (const row of table.rows) {
    for (const [name, field] of Object.entries(row.fields)) {
      if (typeof field === 'object' && field !== null && !Array.isArray(field) && 'unreadable' in field) {
        add([`${table.type}.${name}`], field.unreadable, undefined)
      }
    }
  }
}
