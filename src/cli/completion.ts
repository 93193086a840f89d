import { type Command, Option } from 'commander'
import { rowTypesById, settings as catalogue } from '../core/catalogue/index.ts'
import { Fault } from '../core/fault.ts'
import { builtInBaselines } from '../files/built-in.ts'
import type { App } from './app.ts'
import { addExamples, makeCommand } from './help.ts'
import { completionWords as words } from './words.ts'

/** `seisa completion`. `program` gives the tree of commands to complete. */
export function completionCommand(app: App, program: () => Command, done: (code: number) => void): Command {
  const lang = app.language
  const command = makeCommand('completion', words.description, lang)
    .argument('<SHELL>', `${words.shell[lang]}: bash, zsh, fish`)
    .action(async (shell: string) => {
      const make = scripts[shell]
      if (!make)
        throw new Fault('usage', {
          ja: `${shell} の補完はない（bash, zsh, fish）`,
          en: `there is no completion for ${shell} (bash, zsh, fish)`,
        })
      await app.stdout.write(make(entriesOf(program())))
      done(0)
    })
  return addExamples(command, [{ command: 'source <(seisa completion bash)', what: words.example }], lang)
}

/** What may follow the words of a command. */
interface Entry {
  /** Words after `seisa`: `baseline show`, or nothing. */
  readonly path: string
  readonly options: readonly { readonly flag: string; readonly about: string }[]
  readonly words: readonly string[]
}

function entriesOf(command: Command, path: readonly string[] = []): readonly Entry[] {
  const options = command.options
    .filter((option: Option) => option.long)
    .map((option: Option) => ({ flag: option.long ?? '', about: option.description }))
  const own: Entry = {
    path: path.join(' '),
    options: [...options, { flag: '--help', about: '' }],
    words: [...command.commands.map((one) => one.name()), ...argumentWords(path.join(' '))],
  }
  return [own, ...command.commands.flatMap((one) => entriesOf(one, [...path, one.name()]))]
}

const argumentWords = (path: string): readonly string[] => {
  if (path === 'explain') return [...catalogue.keys(), ...rowTypesById.keys()]
  return path === 'baseline show' ? builtInBaselines() : path === 'completion' ? Object.keys(scripts) : []
}

const bash = (entries: readonly Entry[]): string => `# bash completion of seisa
_seisa() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${casesOf(entries, (path) => `      '${path.includes(' ') ? path : ` ${path}`}') path='${path}' ;;`)}
    esac
  done
  local words=''
  case "$path" in
${entries.map((one) => `    '${one.path}') words='${[...one.words, ...one.options.map((option) => option.flag)].join(' ')}' ;;`).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  [ \${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
}
complete -o filenames -F _seisa seisa
`

const casesOf = (entries: readonly Entry[], line: (path: string) => string): string =>
  entries
    .filter((one) => one.path !== '')
    .map((one) => line(one.path))
    .join('\n')

const zsh = (entries: readonly Entry[]): string => `#compdef seisa
autoload -U +X bashcompinit && bashcompinit
${bash(entries)}`

const fish = (entries: readonly Entry[]): string => {
  const lines = entries.flatMap((one) => {
    const parts = one.path.split(' ').filter((part) => part !== '')
    const top = entries[0]?.words.join(' ') ?? ''
    const condition =
      parts.length === 0
        ? `not __fish_seen_subcommand_from ${top}`
        : parts.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ')
    return [
      ...(one.words.length > 0 ? [`complete -c seisa -n '${condition}' -a '${one.words.join(' ')}'`] : []),
      ...one.options.map(
        (option) =>
          `complete -c seisa -n '${condition}' -l ${option.flag.slice(2)} -d '${option.about.replaceAll("'", '')}'`,
      ),
    ]
  })
  return `# fish completion of seisa\n${lines.join('\n')}\n`
}

const scripts: Readonly<Record<string, (entries: readonly Entry[]) => string>> = { bash, zsh, fish }
