import { xmlText } from '../../src/text/safe.ts'

/** What one test case came to, as XML; empty when it passed. */
export interface Case {
  readonly name: string
  readonly classname: string
  readonly outcome: string
}

/** One suite. `timestamp` has no offset. */
export interface Suite {
  readonly id: number
  readonly package: string
  readonly name: string
  readonly hostname: string
  readonly timestamp: string
  readonly properties: readonly (readonly [string, string])[]
  readonly cases: readonly Case[]
}

/** A failure, error or skipped element: a one-line message and lines of detail. */
export function element(
  name: 'failure' | 'error' | 'skipped',
  type: string,
  message: string,
  body: readonly string[],
): string {
  const kind = name === 'skipped' ? '' : ` type="${xmlText(type)}"`
  return `<${name} message="${xmlText(message)}"${kind}>${body.map(xmlText).join('\n')}</${name}>`
}

/** The schemas want a name of at least one character. */
const named = (text: string): string => xmlText(text.trim() === '' ? '-' : text)

/** A suite with its counts, which stand before its cases. */
export function suite(given: Suite): string {
  const count = (begin: string): number => given.cases.filter(({ outcome }) => outcome.startsWith(begin)).length
  const head = [
    `id="${given.id}"`,
    `package="${named(given.package)}"`,
    `name="${named(given.name)}"`,
    `timestamp="${given.timestamp}"`,
    `hostname="${named(given.hostname)}"`,
    `tests="${given.cases.length}"`,
    `failures="${count('<failure')}"`,
    `errors="${count('<error')}"`,
    `skipped="${count('<skipped')}"`,
    'time="0"',
  ].join(' ')
  const properties = given.properties.map(
    ([name, value]) => `<property name="${named(name)}" value="${xmlText(value)}"/>`,
  )
  const cases = given.cases.map(
    ({ name, classname, outcome }) =>
      `<testcase name="${named(name)}" classname="${named(classname)}" time="0"${outcome === '' ? '/>' : `>${outcome}</testcase>`}`,
  )
  return [
    `<testsuite ${head}>`,
    `<properties>${properties.join('')}</properties>`,
    ...cases,
    '<system-out/>',
    '<system-err/>',
    '</testsuite>\n',
  ].join('\n')
}
