import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Why a test of Lynis has no counterpart. */
export const reasons = {
  product: 'settings of one product; no requirement asks for them',
  'not-asked': 'no requirement asks for it',
  load: 'what the machine is busy with at the moment; not a setting',
  contents: 'what people keep in their files',
  network: 'would ask another machine; the collector sends nothing',
  consistency: 'whether files agree with each other; not a setting',
  certificates: 'certificates of services are not read yet',
  storage: 'how disks are divided; not a setting',
  'presence-boot': 'a boot loader that is not looked for',
  own: "Lynis's own work",
  'other-system': 'not on Linux',
} as const

/** A test of Lynis and what of seisa reads the same. */
export interface LynisTest {
  readonly id: string
  readonly what: string
  /** Settings and row types; empty when nothing does. */
  readonly readAs: readonly string[]
  /** A key of `reasons` when nothing does, otherwise a remark. */
  readonly note: string
}

/** The judgements of docs/lynis.tsv, made by hand, in the order of the file. */
export function lynisTests(root: string): readonly LynisTest[] {
  const [, ...lines] = readFileSync(join(root, 'docs/lynis.tsv'), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [id = '', what = '', readAs = '', note = ''] = line.split('\t')
    return { id, what, readAs: readAs === '-' ? [] : readAs.split(' '), note }
  })
}

/** docs/lynis.md. */
export function lynisDocument(tests: readonly LynisTest[]): string {
  const linux = tests.filter((test) => test.note !== 'other-system')
  const covered = linux.filter((test) => test.readAs.length > 0)
  const reasonOf = (note: string): string => (note in reasons ? reasons[note as keyof typeof reasons] : note)
  const rows = linux.map(({ id, what, readAs, note }) =>
    readAs.length > 0
      ? `| ${id} | ${what} | ${readAs.map((name) => `\`${name}\``).join(', ')} | ${note} |`
      : `| ${id} | ${what} | not read | ${reasonOf(note)} |`,
  )
  return `# Lynis, test by test

Which setting or table of seisa reads what a test of Lynis 3.0.8 looks at. A word with a dot is a setting
(\`seisa explain SETTING\` says what it means), a word without one is a table. Read does not mean judged: seisa fails what a
baseline asks for, while Lynis has its own opinion of each test. seisa's documents ask for much that Lynis does not test,
which this table does not show.

Of the ${tests.length} tests, ${linux.length} can matter on Linux. What ${covered.length} of them look at is read; ${linux.length - covered.length} are not read, each with the
reason. The other ${tests.length - linux.length} are for other systems and are in \`docs/lynis.tsv\` only.

This file is made from \`docs/lynis.tsv\` by \`node scripts/make-lynis-document.ts\`. A test compares both, looks every name
up in the catalogue, and looks for every test of an installed Lynis.

| Lynis | looks at | read as | remark |
|---|---|---|---|
${rows.join('\n')}
`
}
