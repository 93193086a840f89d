import type { Command } from 'commander'
import type { Requirement } from '../core/baseline.ts'
import type { RowType, Setting } from '../core/catalogue/define.ts'
import { rowTypesById, settings as catalogue } from '../core/catalogue/index.ts'
import { expectationText } from '../core/describe.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import { subjectsOf } from '../core/expectation.ts'
import { Fault } from '../core/fault.ts'
import { namerOf } from '../core/judge.ts'
import type { ResolvedBaseline } from '../core/resolve.ts'
import type { Language } from '../core/text.ts'
import { builtInBaselines, loadBuiltIn } from '../files/built-in.ts'
import { type Clause, clausesOf } from '../files/clauses.ts'
import { severityWords } from '../core/vocabulary.ts'
import { visible } from '../text/safe.ts'
import { displayWidth } from '../text/width.ts'
import type { App } from './app.ts'
import { addExamples, makeCommand } from './help.ts'
import { readProject } from './project.ts'
import { explainWords as words, scanWords } from './words.ts'

/** `seisa explain`. */
export function explainCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = makeCommand('explain', words.description, lang)
    .argument('<SETTING|REQUIREMENT|CLAUSE>', words.subject[lang])
    .option('--config <FILE>', scanWords.config[lang])
    .option('--json', scanWords.json[lang])
    .action(async (subject: string, flags: { config?: string; json?: true }) =>
      done(await explain(app, subject, flags)),
    )
  return addExamples(
    command,
    [
      { command: 'seisa explain lockout.threshold', what: words.exampleSetting },
      { command: 'seisa explain account-lockout', what: words.exampleRequirement },
      { command: 'seisa explain mod-proc.a5.2.2.a', what: words.exampleClause },
    ],
    lang,
  )
}

async function explain(app: App, subject: string, flags: { config?: string; json?: true }): Promise<number> {
  const project = await readProject(app, flags.config, false)
  const baselines = [...builtInBaselines().map((id) => loadBuiltIn(id)), ...(project?.config.baselines ?? [])]
  const unique = [...new Map(baselines.map((one) => [one.hash, one])).values()]
  const requirements = unique.flatMap((baseline) =>
    baseline.requirements.map((requirement) => ({ baseline, requirement })),
  )
  const clauses = builtInBaselines().flatMap((id) => clausesOf(id))
  const found = {
    setting: catalogue.get(subject),
    rowType: rowTypesById.get(subject),
    requirements: requirements.filter(({ requirement }) => requirement.id === subject),
    clause: clauses.find((clause) => clause.id === subject),
  }
  const texts = [
    ...(found.setting ? [settingText(found.setting, requirements, app.language)] : []),
    ...(found.rowType ? [rowTypeText(found.rowType, app.language)] : []),
    ...found.requirements.map((one) => requirementText(one, app.language)),
    ...(found.clause ? [clauseText(found.clause, unique, app.language)] : []),
  ]
  if (texts.length === 0) {
    const known = [
      ...catalogue.keys(),
      ...rowTypesById.keys(),
      ...requirements.map((one) => one.requirement.id),
      ...clauses.map((one) => one.id),
    ]
    const meant = didYouMean(subject, known)
    throw new Fault('usage', {
      ja: `${subject} ${words.notFound.ja}${meant ? `。${meant} のことですか` : ''}`,
      en: `${subject} ${words.notFound.en}${meant ? `; did you mean ${meant}?` : ''}`,
    })
  }
  await app.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : texts.join('\n'))
  return 0
}

interface Owned {
  readonly baseline: ResolvedBaseline
  readonly requirement: Requirement
}

type Line = readonly [string, string]

/** A heading and aligned `name  value` lines; lines without a value are left out. */
function block(heading: string, lines: readonly Line[]): string {
  const shown = lines.filter(([, value]) => value !== '')
  const width = Math.max(0, ...shown.map(([name]) => displayWidth(name)))
  const text = shown.map(([name, value]) => `  ${name}${' '.repeat(width - displayWidth(name))}  ${visible(value)}`)
  return `${[heading, ...text].join('\n')}\n`
}

function settingText(setting: Setting, requirements: readonly Owned[], lang: Language): string {
  const users = requirements.filter(
    ({ requirement }) =>
      !requirement.each && [...subjectsOf(requirement.expect), ...subjectsOf(requirement.reject)].includes(setting.id),
  )
  return block(`${setting.id}  ${setting.title[lang]}`, [
    ['', setting.description[lang] === setting.title[lang] ? '' : setting.description[lang]],
    [
      words.type[lang],
      `${setting.type}${setting.unit ? ` (${setting.unit})` : ''}${setting.unlimited ? ' | never | until-unlocked' : ''}`,
    ],
    [words.values[lang], (setting.values ?? []).join(', ')],
    [words.scopes[lang], (setting.scopes ?? []).join(', ')],
    [words.kinds[lang], setting.kinds.join(', ')],
    [words.usedBy[lang], users.map(({ baseline, requirement }) => `${baseline.id}/${requirement.id}`).join(', ')],
  ])
}

const rowTypeText = (type: RowType, lang: Language): string =>
  block(`${type.id}  ${type.title[lang]}`, [
    ['', type.description[lang] === type.title[lang] ? '' : type.description[lang]],
    ...Object.entries(type.fields).map(
      ([name, field]): Line => [
        name,
        `${field.title[lang]} (${field.type}${field.values ? `: ${field.values.join(', ')}` : ''})`,
      ],
    ),
  ])

function requirementText({ baseline, requirement }: Owned, lang: Language): string {
  const asked = requirement.expect ?? requirement.reject
  return block(`${baseline.id}/${requirement.id}  ${visible(requirement.title[lang])}`, [
    [words.severity[lang], severityWords[requirement.severity][lang]],
    [words.expected[lang], asked ? expectationText(asked, namerOf(requirement.each))[lang] : ''],
    [words.rationale[lang], requirement.rationale[lang]],
    [words.clauses[lang], requirement.controls.join(', ')],
    [words.partial[lang], requirement.partial?.[lang] ?? ''],
    ...Object.entries(requirement.remedy).map(
      ([platform, text]): Line => [`${words.remedy[lang]} (${platform})`, text[lang]],
    ),
  ])
}

function clauseText(clause: Clause, baselines: readonly ResolvedBaseline[], lang: Language): string {
  const users = baselines.flatMap((baseline) =>
    baseline.requirements.filter((one) => one.controls.includes(clause.id)).map((one) => `${baseline.id}/${one.id}`),
  )
  const not = baselines.flatMap((baseline) => baseline.notDecided.filter((one) => one.control === clause.id))
  return block(`${clause.id}  ${clause.clause}`, [
    ['', clause.title[lang]],
    ['', clause.summary[lang]],
    [words.checkedBy[lang], [...new Set(users)].join(', ')],
    [words.notDecided[lang], [...new Set(not.map((one) => one.reason[lang]))].join(' ')],
  ])
}
