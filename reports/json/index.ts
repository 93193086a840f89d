import type { Finding, Report, ReportOptions, RunResult } from '../../src/core/run.ts'
import type { LocalText } from '../../src/core/text.ts'
import { noRemedy } from '../../src/text/messages.ts'
import { componentPieces } from './component.ts'
import { array, inChunks, jsonText, keyed } from './stream.ts'

/** Value of the `schema` key; its last number goes up when a program that reads version 1 would break. */
export const resultSchemaId = 'https://seisa.example/schemas/seisa-result-1.schema.json'

const title: LocalText = { ja: 'JSON（プログラム用）', en: 'JSON (for programs)' }

/** One JSON document, valid against schemas/seisa-result-1.schema.json, written piece by piece. */
export const json: Report = {
  id: 'json',
  title,
  extension: 'json',
  render: (result, options) => inChunks(pieces(result, options)),
}

async function* pieces(result: RunResult, options: ReportOptions): AsyncGenerator<string> {
  yield `{"schema":${jsonText(resultSchemaId)},\n`
  yield `"run":${jsonText(runPart(result))},\n`
  yield '"targets":'
  yield* array(result.targets, (target) => jsonText(keyed(target, ['name', 'scanner', 'state', 'problems'])))
  yield ',\n"components":['
  let first = true
  for await (const component of result.components()) {
    yield first ? '\n' : ',\n'
    first = false
    yield* componentPieces(component, options.rows)
  }
  yield '],\n"findings":['
  first = true
  for await (const finding of result.findings()) {
    if (options.only && !options.only.has(finding.verdict)) continue
    yield (first ? '\n' : ',\n') + jsonText(findingPart(finding))
    first = false
  }
  yield '],\n"changes":[],\n"gaps":'
  yield* array(result.gaps(), (gap) => jsonText(keyed(gap, ['target', 'component', 'what', 'why', 'needs'])))
  yield `,\n"summary":${jsonText(result.summary)},\n`
  yield `"exit":${jsonText(result.exit)}}\n`
}

const runPart = ({ run }: RunResult): unknown => ({
  ...keyed(run, ['id', 'startedAt', 'finishedAt', 'asOf', 'seisa']),
  baselines: run.baselines.map((baseline) =>
    keyed(baseline, ['kind', 'id', 'version', 'hash', 'approval', 'title', 'disabled']),
  ),
  ...(run.partial && { partial: true }),
})

const findingPart = (finding: Finding): unknown => ({
  ...keyed(finding, [
    'id',
    'valueHash',
    'verdict',
    'kind',
    'severity',
    'baseline',
    'requirement',
    'component',
    'scope',
    'row',
    'count',
    'settings',
    'expected',
    'actual',
    'evidence',
    'controls',
    'title',
  ]),
  remedy: finding.remedy ?? noRemedy,
  ...keyed(finding, ['reason', 'needs', 'partial', 'loosened', 'exception', 'conflicts']),
})
