import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Fleet, type FleetHost, sshdLab, startFleet } from '../lab/sshd/index.ts'
import { labSuite } from '../lab/suites.ts'
import { packageRoot } from '../src/package-root.ts'
import { childEnvironment, cloneLike } from './testing/packed-package.ts'

// Documents are run: "sh test" blocks in a copy of the repository, after the "file=PATH" blocks before them were
// written. "sh test hosts" blocks have two hosts, web-1 and web-2, that `ssh admin@web-1` would reach; "sh test on=web-1"
// blocks are run there as root, in a folder with the files that the document has made and that belong there.

const root = packageRoot()
const documents = globSync(['*.md', 'docs/**/*.md', 'scanners/*/README.md', 'bench/*.md'], { cwd: root }).sort()

interface Block {
  readonly line: number
  readonly language: string
  readonly test: boolean
  /** It connects to hosts. */
  readonly hosts: boolean
  /** Names of the hosts that it is run on. */
  readonly on: readonly string[]
  readonly file?: string
  readonly text: string
}

function blocksOf(document: string): readonly Block[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map((match) => {
    const [language = '', ...words] = (match[1] ?? '').split(' ')
    const value = (key: string): string | undefined =>
      words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
    const file = value('file')
    return {
      line: text.slice(0, match.index).split('\n').length,
      language,
      test: words.includes('test'),
      hosts: words.includes('hosts'),
      on: value('on')?.split(',') ?? [],
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

const isOverSsh = ({ hosts, on }: Block): boolean => hosts || on.length > 0

const commandsOf = (document: string): readonly string[] =>
  blocksOf(document).flatMap((block) => (block.test ? [block.text] : []))

/** The Japanese README has the commands of the English one, so they are run once. */
const withCommands = documents.filter(
  (document) => document !== 'README.ja.md' && blocksOf(document).some(({ test }) => test),
)
const run = withCommands.filter((document) => blocksOf(document).some((block) => block.test && !isOverSsh(block)))
const runOverSsh = withCommands.filter((document) => blocksOf(document).some(isOverSsh))

/** Runs the blocks of a document in turn; those that need hosts only where there are some. */
function runBlocks(document: string, fleet?: Fleet): void {
  const folder = mkdtempSync(join(tmpdir(), 'seisa-docs-'))
  try {
    const copy = cloneLike(folder)
    const env: NodeJS.ProcessEnv = { ...environmentOf(folder, copy), ...(fleet && { HOME: homeFor(fleet, folder) }) }
    for (const block of blocksOf(document)) {
      const { file, test, text, line, on } = block
      const where = `${document}:${line}`
      if (file !== undefined) {
        mkdirSync(dirname(join(copy, file)), { recursive: true })
        writeFileSync(join(copy, file), text)
      } else if (test && on.length > 0) {
        for (const host of on.flatMap((name) => fleet?.host(name) ?? [])) {
          carry(host, copy, env['HOME'] ?? '')
          const ran = host.inside(`set -e; cd /home/admin\n${text}`)
          expect(ran.status, `${where} on ${host.name}\n${ran.stdout}`).toBe(0)
        }
      } else if (test && (fleet !== undefined || !isOverSsh(block))) {
        const ran = spawnSync('sh', ['-e'], { cwd: copy, env, input: withoutInstalling(text), encoding: 'utf8' })
        expect(ran.status, `${where}\n${ran.stdout.slice(-2000)}${ran.stderr.slice(-2000)}`).toBe(0)
        // what could not be reached is no fault of a scan that may end with anything
        if (isOverSsh(block)) expect(ran.stdout, where).not.toMatch(/not reached|\): (unreachable|denied)|gave nothing/)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A home from which `ssh admin@web-1` would work. */
function homeFor(fleet: Fleet, folder: string): string {
  const ssh = join(folder, 'home/.ssh')
  mkdirSync(ssh, { recursive: true, mode: 0o700 })
  const hosts = fleet.hosts.map(({ name, address, port }) => `Host ${name}\n  HostName ${address}\n  Port ${port}\n`)
  writeFileSync(join(ssh, 'config'), hosts.join(''), { mode: 0o600 })
  copyFileSync(fleet.knownHosts, join(ssh, 'known_hosts'))
  copyFileSync(fleet.identityFile, join(ssh, 'id_ed25519'))
  return join(folder, 'home')
}

/** Carries there what a person would: the collector, and the public key of the account. */
function carry(host: FleetHost, copy: string, home: string): void {
  for (const path of [join(copy, 'seisa-collect'), join(home, '.ssh/seisa_ed25519.pub')]) {
    if (!existsSync(path)) continue
    const words = [...host.sshArguments('admin'), `cat >${basename(path)}`]
    expect(spawnSync('ssh', words, { input: readFileSync(path) }).status).toBe(0)
  }
}

describe('the commands of the documents', () => {
  it('are tested in the documents that people start with', () => {
    expect(run).toEqual(expect.arrayContaining(['README.md', 'docs/adding-a-scanner.md', 'docs/operations.md']))
    expect(runOverSsh).toEqual(expect.arrayContaining(['README.md', 'docs/enrolment.md', 'docs/operations.md']))
  })

  it('are the same in both READMEs', () => {
    expect(commandsOf('README.ja.md')).toEqual(commandsOf('README.md'))
  })

  it.each(run)('%s', (document) => runBlocks(document))
})

labSuite('the commands of the documents, over SSH', sshdLab(['/usr/sbin/useradd', '/usr/sbin/visudo']), () => {
  it.each(runOverSsh)('%s', async (document) => {
    const users = [{ name: 'admin', sudo: 'ALL=(ALL:ALL) NOPASSWD: ALL' }]
    const fleet = await startFleet(['web-1', 'web-2'].map((name) => ({ name, users, collector: false })))
    try {
      runBlocks(document, fleet)
    } finally {
      await fleet.stop()
    }
  })
})
