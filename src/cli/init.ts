import type { Command } from 'commander'
import { writeStarter } from '../files/init.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'
import { addExamples, makeCommand } from './help.ts'
import { fromHere } from './select.ts'
import { initWords as words } from './words.ts'

/** `seisa init`. */
export function initCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = makeCommand('init', words.description, lang)
    .argument('[FOLDER]', words.folder[lang], '.')
    .action(async (folder: string) => {
      const written = await writeStarter(fromHere(app.cwd, folder), lang)
      for (const path of written) await app.stdout.write(`${words.written[lang]}: ${visible(path)}\n`)
      await app.stdout.write(`${words.next[lang]}\n`)
      done(0)
    })
  return addExamples(command, [{ command: 'seisa init && seisa scan', what: words.example }], lang)
}
