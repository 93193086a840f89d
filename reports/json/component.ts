import type { Row } from '../../src/core/fact.ts'
import type { ComponentResult, SettingResult, TableResult } from '../../src/core/run.ts'
import { jsonText, keyed } from './stream.ts'

/** A component in pieces: its tables may be large. */
export async function* componentPieces(component: ComponentResult, rows: boolean): AsyncGenerator<string> {
  const head = {
    ...keyed(component, ['id', 'kind', 'name', 'target', 'platform']),
    owner: component.owner ?? null,
    ...keyed(component, ['identifiers', 'observedAt']),
    settings: Object.fromEntries(
      Object.entries(component.settings).map(([key, setting]) => [key, settingPart(setting)]),
    ),
  }
  yield `${jsonText(head).slice(0, -1)},"tables":{`
  let first = true
  for (const [type, table] of Object.entries(component.tables)) {
    yield `${first ? '' : ','}${jsonText(type)}:`
    first = false
    yield* tablePieces(table, rows)
  }
  yield '}}'
}

/** The keys of every state stand here one by one, so that nothing else can slip into a result. */
function settingPart(fact: SettingResult): unknown {
  const rest = {
    ...keyed(fact, ['evidence']),
    ...(fact.scope && keyed(fact, ['setting', 'scope'])),
    ...keyed(fact, ['limit', 'derivedFrom']),
  }
  switch (fact.state) {
    case 'known':
      return { ...keyed(fact, ['state', 'value', 'origin']), ...rest }
    case 'absent':
      return { state: 'absent', ...rest }
    case 'unreadable':
      return { ...keyed(fact, ['state', 'why', 'needs']), ...rest }
    case 'inapplicable':
    case 'unsupported':
      return { ...keyed(fact, ['state', 'why']), ...rest }
  }
}

async function* tablePieces(table: TableResult, rows: boolean): AsyncGenerator<string> {
  const head = jsonText(keyed(table, ['complete', 'count', 'why', 'needs', 'inapplicable']))
  if (!rows || !table.rows) {
    yield head
    return
  }
  yield `${head.slice(0, -1)},"rows":[`
  let first = true
  for await (const row of table.rows) {
    yield (first ? '' : ',') + jsonText(rowPart(row))
    first = false
  }
  yield ']}'
}

const rowPart = (row: Row): unknown => keyed(row, ['key', 'name', 'fields', 'evidence'])
