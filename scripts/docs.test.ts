import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { packageRoot } from '../src/package-root.ts'
import { childEnvironment, cloneLike } from './testing/packed-package.ts'

// Documents are run: "sh test" blocks in a copy of the repository, after the "file=PATH" blocks before them were written.

const root = packageRoot()
const documents = globSync(['*.md', 'docs/**/*.md', 'scanners/*/README.md', 'bench/*.md'], { cwd: root }).sort()

interface Block {
  readonly line: number
  readonly language: string
  readonly test: boolean
  readonly file?: string
  readonly text: string
}

function blocksOf(document: string): readonly Block[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map((match) => {
    const [language = '', ...words] = (match[1] ?? '').split(' ')
    const file = words.find((word) => word.startsWith('file='))?.slice(5)
    return {
      line: text.slice(0, match.index).split('\n').length,
      language,
      test: words.includes('test'),
      ...(file && { file }),
      text: match[2] ?? '',
    }
  })
}

/** Installing needs the network, and the test command would come back to this file: the rest of such a line is run. */
const withoutInstalling = (text: string): string => text.replaceAll(/^npm ci && /gm, '').replaceAll(/^npm cit$/gm, ':')

/** Programs that people have installed as `seisa` and `npx …` stand in a folder of their own. */
function environmentOf(folder: string, copy: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'seisa'), `#!/bin/sh\nexec '${process.execPath}' '${join(copy, 'bin/seisa.cjs')}' "$@"\n`, {
    mode: 0o755,
  })
  const environment = childEnvironment()
  return { ...environment, PATH: `${bin}:${environment['PATH']}`, SEISA_LANG: 'en', NO_COLOR: '1' }
}

describe('the documents', () => {
  it('are there', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'README.ja.md', 'docs/operations.md']))
  })

  it.each(documents)('%s links to files that exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8').replaceAll(/^```.*?^```$/gms, '')
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(document), link)))
    expect(broken).toEqual([])
  })

  it.each(documents)('%s has shell blocks that a shell can read, and YAML that is YAML', (document) => {
    for (const { language, text, line } of blocksOf(document)) {
      if (language === 'sh') {
        const read = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })
        expect(read.stderr, `line ${line}`).toBe('')
      }
      if (language === 'yaml') {
        const problems = parseAllDocuments(text).flatMap((one) =>
          'errors' in one ? one.errors.map((error) => error.message) : [],
        )
        expect(problems, `line ${line}`).toEqual([])
      }
    }
  })
})

const commandsOf = (document: string): readonly string[] =>
  blocksOf(document).flatMap((block) => (block.test ? [block.text] : []))

/** The Japanese README has the commands of the English one, so they are run once. */
const run = documents.filter((document) => document !== 'README.ja.md' && commandsOf(document).length > 0)

describe('the commands of the documents', () => {
  it('are tested in the documents that people start with', () => {
    expect(run).toEqual(expect.arrayContaining(['README.md', 'docs/adding-a-scanner.md', 'docs/operations.md']))
  })

  it('are the same in both READMEs', () => {
    expect(commandsOf('README.ja.md')).toEqual(commandsOf('README.md'))
  })

  it.each(run)('%s', (document) => {
    const folder = mkdtempSync(join(tmpdir(), 'seisa-docs-'))
    try {
      const copy = cloneLike(folder)
      const env = environmentOf(folder, copy)
      for (const { test, file, text, line } of blocksOf(document)) {
        if (file !== undefined) {
          mkdirSync(dirname(join(copy, file)), { recursive: true })
          writeFileSync(join(copy, file), text)
        } else if (test) {
          const ran = spawnSync('sh', ['-e'], { cwd: copy, env, input: withoutInstalling(text), encoding: 'utf8' })
          expect(ran.status, `${document}:${line}\n${ran.stdout.slice(-2000)}${ran.stderr.slice(-2000)}`).toBe(0)
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
