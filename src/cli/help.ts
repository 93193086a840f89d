import { Command, CommanderError, Help, Option } from 'commander'
import { didYouMean } from '../core/did-you-mean.ts'
import { Fault } from '../core/fault.ts'
import type { Language, LocalText } from '../core/text.ts'
import { displayWidth } from '../text/width.ts'

const headings: Readonly<Record<string, LocalText>> = {
  'Usage:': { ja: '使い方:', en: 'Usage:' },
  'Arguments:': { ja: '引数:', en: 'Arguments:' },
  'Options:': { ja: 'オプション:', en: 'Options:' },
  'Commands:': { ja: 'コマンド:', en: 'Commands:' },
}

/** Words of the command line itself. */
export const lineWords = {
  help: { ja: 'この説明を表示する', en: 'show this help' },
  helpOf: { ja: 'コマンドの説明を表示する', en: 'show the help of a command' },
  version: { ja: '版を表示する', en: 'show the version' },
  examples: { ja: '例:', en: 'Examples:' },
  exitCodes: { ja: '終了コード:', en: 'Exit codes:' },
  language: { ja: '言語（ja か en。既定はロケール）', en: 'language, ja or en (default: from the locale)' },
  noColor: { ja: '色を使わない（NO_COLOR も有効）', en: 'no colours (NO_COLOR works too)' },
  default: { ja: '既定', en: 'default' },
  choices: { ja: '選択肢', en: 'choices' },
  hostMeant: {
    ja: 'ホストは --host ホスト、seisa.yaml の対象は --target 名前 と書く。',
    en: 'name a host with --host HOST, and a target of seisa.yaml with --target NAME; ',
  },
} satisfies Record<string, LocalText>

/** One example of a command's use. */
export interface Example {
  readonly command: string
  readonly what: LocalText
}

/** Commander's help in both languages, with Japanese widths. */
class LocalHelp extends Help {
  readonly #language: Language
  constructor(language: Language) {
    super()
    // a description of a few words a line is still better read than one that the terminal breaks
    this.minWidthToWrap = 24
    this.#language = language
  }
  override displayWidth(text: string): number {
    return displayWidth(text)
  }
  override styleTitle(title: string): string {
    return headings[title]?.[this.#language] ?? title
  }
  override optionDescription(option: Option): string {
    const notes: string[] = []
    if (option.argChoices) notes.push(`${lineWords.choices[this.#language]}: ${option.argChoices.join(', ')}`)
    if (
      option.defaultValue !== undefined &&
      typeof option.defaultValue !== 'boolean' &&
      !Array.isArray(option.defaultValue)
    ) {
      notes.push(
        `${lineWords.default[this.#language]}: ${option.defaultValueDescription ?? String(option.defaultValue)}`,
      )
    }
    return notes.length > 0 ? `${option.description} (${notes.join('; ')})` : option.description
  }
}

/** A command in the user's language, with the options that every command has. */
export function makeCommand(name: string, description: LocalText, language: Language): Command {
  const command = new Command(name)
  command.createHelp = () => Object.assign(new LocalHelp(language), command.configureHelp())
  return command
    .description(description[language])
    .helpOption('-h, --help', lineWords.help[language])
    .addOption(new Option('--lang <LANG>', lineWords.language[language]).choices(['ja', 'en']))
    .option('--no-color', lineWords.noColor[language])
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .exitOverride()
}

/** For an option that may be given more than once. */
export const repeatable = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** Examples below a command's help. */
export function addExamples(command: Command, examples: readonly Example[], language: Language): Command {
  const width = Math.max(...examples.map((example) => displayWidth(example.command)))
  const wide = width > 46
  const lines = examples.map(({ command: text, what }) =>
    wide
      ? `  ${text}\n      ${what[language]}`
      : `  ${text}${' '.repeat(width - displayWidth(text))}  ${what[language]}`,
  )
  return command.addHelpText('after', `\n${lineWords.examples[language]}\n${lines.join('\n')}`)
}

type Says = (subject: string, hint: string) => LocalText

const usageErrors: Readonly<Record<string, Says>> = {
  'commander.unknownOption': (subject, hint) => ({
    ja: `${subject} というオプションはない${hint && `。${hint} のことですか`}`,
    en: `there is no option ${subject}${hint && `; did you mean ${hint}?`}`,
  }),
  'commander.unknownCommand': (subject, hint) => ({
    ja: `${subject} というコマンドはない${hint && `。${hint} のことですか`}`,
    en: `there is no command ${subject}${hint && `; did you mean ${hint}?`}`,
  }),
  'commander.missingArgument': (subject) => ({
    ja: `引数 ${subject} が要る`,
    en: `the argument ${subject} is missing`,
  }),
  'commander.optionMissingArgument': (subject) => ({ ja: `${subject} に値が要る`, en: `${subject} needs a value` }),
  'commander.excessArguments': () => ({ ja: '余分な引数がある', en: 'too many arguments' }),
}

/** What to add to a message about a word that isn't known: the near one, or nothing. */
export function hintOf(word: string, known: Iterable<string>): LocalText {
  const meant = didYouMean(word, known)
  return meant ? { ja: `。${meant} のことですか`, en: `; did you mean ${meant}?` } : { ja: '', en: '' }
}

/** A value outside of an option's choices, from commander's sentence about it. */
function choiceError(message: string): LocalText | undefined {
  const match = /^option '(.*?)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(message)
  if (!match) return undefined
  const [, flags = '', value = '', known = ''] = match
  const option = flags.replace(/ <.*$/, '')
  const hint = hintOf(value, known.split(', '))
  return {
    ja: `${option} に ${value} は使えない（${known}）${hint.ja}`,
    en: `${option} can not be ${value} (${known})${hint.en}`,
  }
}

const takesHosts: ReadonlySet<string> = new Set(['seisa scan', 'seisa collect', 'seisa doctor'])

/** A mistake on the command line as a fault; nothing when help or the version was shown. */
export function usageFault(error: CommanderError, command: string): Fault | undefined {
  if (['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(error.code)) return undefined
  const [, subject = ''] = /'([^']*)'/.exec(error.message) ?? []
  const [, hint = ''] = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(error.message) ?? []
  const plain = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  const what = choiceError(plain) ??
    usageErrors[error.code]?.(subject, hint) ?? { ja: `コマンド行の誤り: ${plain}`, en: plain }
  const see = `${command} --help`
  // people write `seisa scan HOST`, as they write `ssh HOST`
  const meant =
    error.code === 'commander.excessArguments' && takesHosts.has(command) ? lineWords.hostMeant : { ja: '', en: '' }
  return new Fault('usage', what, {
    next: { ja: `${meant.ja}${see} に使い方がある`, en: `${meant.en}see ${see}` },
  })
}
