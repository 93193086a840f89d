import type { Command } from 'commander'
import { writeStarter } from '../files/init.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'
import { addExamples, makeCommand } from './help.ts'
import { fromHere } from './select.ts'
import { initWords as words, scanWords } from './words.ts'

/** `seisa init`. */
export function initCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = makeCommand('init', words.description, lang)
    .argument('[FOLDER]', words.folder[lang], '.')
    .option('--json', scanWords.json[lang])
    .action(async (folder: string, flags: { json?: true }) => {
      const written = await writeStarter(fromHere(app.cwd, folder), lang)
      done(0)
      if (flags.json) return app.stdout.write(`${JSON.stringify({ written }, null, 2)}\n`)
      for (const path of written) await app.stdout.write(`${words.written[lang]}: ${visible(path)}\n`)
      await app.stdout.write(`${words.next[lang]}\n`)
    })
  return addExamples(command, [{ command: 'seisa init && seisa scan', what: words.example }], lang)
}
