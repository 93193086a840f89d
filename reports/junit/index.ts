import type { ComponentResult, Finding, Report, ReportOptions, RunResult } from '../../src/core/run.ts'
import { targetStateWords } from '../../src/text/messages.ts'
import { localInstant } from '../../src/text/time.ts'
import { testCase } from './case.ts'
import { messages } from './messages.ts'
import { type Case, element, suite } from './xml.ts'

/**
 * JUnit XML for CI: a suite for each component and baseline; fail is a failure, unknown an error, excepted and not
 * applicable are skipped. The last suite is about the run itself, so that a target that could not be reached is an
 * error and not an absence. Valid against the schemas of Ant (windyroad) and Jenkins.
 */
export const junit: Report = {
  id: 'junit',
  title: messages.title,
  extension: 'xml',
  async *render(result: RunResult, options: ReportOptions) {
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    let id = 0
    const components = inOrder(result)
    for await (const findings of byComponent(result)) {
      const shown = findings.filter((finding) => !options.only || options.only.has(finding.verdict))
      const componentId = findings[0]?.component ?? ''
      const component = await components(componentId)
      for (const baseline of new Set(shown.map((finding) => finding.baseline))) {
        yield suite({
          id: id++,
          package: component?.name ?? componentId,
          name: `${component?.name ?? componentId} ${baseline}`,
          hostname: component?.name ?? componentId,
          timestamp: localInstant(component?.observedAt ?? result.run.finishedAt, options.timeZone),
          properties: suiteProperties(result, componentId, component, baseline),
          cases: shown
            .filter((finding) => finding.baseline === baseline)
            .map((finding) => testCase(finding, component?.name ?? componentId, options.lang)),
        })
      }
    }
    yield runSuite(result, options, id)
    yield '</testsuites>\n'
  },
}

/** The findings of one component after the other; memory grows with the largest component. */
async function* byComponent(result: RunResult): AsyncGenerator<Finding[]> {
  let open: Finding[] = []
  for await (const finding of result.findings()) {
    if (open.length > 0 && open[0]?.component !== finding.component) {
      yield open
      open = []
    }
    open.push(finding)
  }
  if (open.length > 0) yield open
}

/** Reads the components beside the findings, which follow their order; undefined for a component that isn't among them. */
function inOrder(result: RunResult): (id: string) => Promise<ComponentResult | undefined> {
  const iterator = result.components()[Symbol.asyncIterator]()
  return async (id) => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      if (next.value.id === id) return next.value
    }
    return undefined
  }
}

/** The schemas forbid an offset in the timestamp, so the time zone's instant is a property. */
function suiteProperties(
  result: RunResult,
  componentId: string,
  component: ComponentResult | undefined,
  baselineId: string,
): readonly (readonly [string, string])[] {
  const baseline = result.run.baselines.find((candidate) => candidate.id === baselineId)
  return [
    ['run', result.run.id],
    ['component', componentId],
    ...(component
      ? ([
          ['kind', component.kind],
          ['platform', component.platform],
          ['observed-at', component.observedAt],
        ] as const)
      : []),
    ['baseline', baselineId],
    ...(baseline
      ? ([
          ['baseline-version', String(baseline.version)],
          ['baseline-hash', baseline.hash],
        ] as const)
      : []),
  ]
}

/** Targets, and what speaks about the run as a whole. */
function runSuite(result: RunResult, options: ReportOptions, id: number): string {
  const targets = result.targets.map((target): Case => {
    const name = `target ${target.name}`
    if (target.state === 'ok') return { name, classname: 'seisa.targets', outcome: '' }
    const body = target.problems.map((problem) => problem[options.lang])
    const message = targetStateWords[target.state][options.lang]
    return { name, classname: 'seisa.targets', outcome: element('error', target.state, message, body) }
  })
  const governance = result.exit.reasons
    .filter((reason) => reason.code === 5 || reason.code === 1 || reason.code >= 10)
    .map((reason, at): Case => {
      const outcome = element('error', `exit-${reason.code}`, reason.text[options.lang], [])
      return { name: `run ${reason.code} ${at + 1}`, classname: 'seisa.run', outcome }
    })
  return suite({
    id,
    package: 'seisa',
    name: 'seisa run',
    hostname: 'localhost',
    timestamp: localInstant(result.run.finishedAt, options.timeZone),
    properties: [
      ['run', result.run.id],
      ['finished-at', result.run.finishedAt],
      ['seisa', result.run.seisa],
      ['exit-code', String(result.exit.code)],
    ],
    cases: [...targets, ...governance],
  })
}
