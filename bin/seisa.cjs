#!/usr/bin/env node
'use strict'
// Plain JavaScript that any Node.js can read: an old one must be able to say that it is too old.
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const root = join(__dirname, '..')
const needed = 24
const words = process.argv.slice(2)

if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  process.stdout.write(`${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`)
} else if (Number(process.versions.node.split('.')[0]) < needed) {
  const locale = process.env.SEISA_LANG || process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || ''
  const japanese = words.includes('ja') || words.includes('--lang=ja') || /^ja/i.test(locale)
  process.stderr.write(
    japanese
      ? `seisa には Node.js ${needed} 以降が必要です（今は ${process.versions.node}）。\n` +
          '  → https://nodejs.org/ の LTS 版、配布元のパッケージ、または Node.js を含む seisa のオフライン版を使ってください。\n'
      : `seisa needs Node.js ${needed} or later (this is ${process.versions.node}).\n` +
          '  → install the LTS release from https://nodejs.org/, your distribution’s package, or use the offline archive of seisa, which brings its own.\n',
  )
  process.exitCode = 10
} else {
  process.exitCode = 1
  // a package that was packed without `npm run build` has neither
  const compiled = join(root, 'dist', 'src', 'main.js')
  const main = existsSync(compiled) ? compiled : join(root, 'src', 'main.ts')
  import(pathToFileURL(main).href)
}
