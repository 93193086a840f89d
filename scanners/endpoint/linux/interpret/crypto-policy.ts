import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, sectionFiles, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { absent, known, type Part, unread } from './contribution.ts'
import { optionalFile } from './system-text.ts'

export const observesCryptoPolicy = {
  settings: ['crypto.policy', 'crypto.tls-minimum'],
  rows: [],
} as const

/** System-wide choice of cryptography. */
export const interpretCryptoPolicy: Part = (evidence) => ({ facts: [policy(evidence), tlsMinimum(evidence)] })

const statePath = '/etc/crypto-policies/state/current'

function policy(evidence: Evidence): Fact {
  const setting = 'crypto.policy'
  const refs = [{ source: statePath, at: '1' }]
  const lines = optionalFile(evidence, 'system-files', statePath)
  if (!lines.ok) return unread(setting, lines, refs)
  if (lines.value === undefined) return absent(setting, refs)
  const name = lines.value.find((line) => line.trim() !== '')?.trim()
  return name === undefined
    ? unread(setting, { why: { ja: `${statePath} が空`, en: `${statePath} is empty` } }, refs)
    : known(setting, name, refs)
}

const versions: ReadonlyMap<string, string> = new Map([
  ['SSLv3', '0'],
  ['TLSv1', '1.0'],
  ['TLSv1.0', '1.0'],
  ['TLSv1.1', '1.1'],
  ['TLSv1.2', '1.2'],
  ['TLSv1.3', '1.3'],
])

/**
 * Lowest TLS version that OpenSSL allows to programs that don't choose for themselves: `MinProtocol` of the
 * configuration's ssl_conf section (config(5ssl), SSL_CONF_cmd(3ssl)). Debian and Red Hat keep the file in
 * different places and only one of the two is the library's own.
 */
function tlsMinimum(evidence: Evidence): Fact {
  const setting = 'crypto.tls-minimum'
  const found = openSslConfiguration(evidence)
  if (!found.ok) return unread(setting, found, [{ source: '/etc/ssl/openssl.cnf' }])
  const { value, refs } = found.value
  if (value === undefined) {
    return unread(
      setting,
      {
        why: {
          ja: 'OpenSSLの設定に下限がなく、ライブラリの作り方とプログラムごとの設定で決まる',
          en: "the OpenSSL configuration sets no minimum: how the library was built and each program's own settings decide",
        },
      },
      refs,
    )
  }
  const version = versions.get(value)
  return version === undefined
    ? unread(
        setting,
        { why: { ja: `MinProtocol = ${value} を解せない`, en: `MinProtocol = ${value} is not understood` } },
        refs,
      )
    : known(setting, version, refs)
}

function openSslConfiguration(
  evidence: Evidence,
): Reading<{ readonly value: string | undefined; readonly refs: readonly EvidenceRef[] }> {
  for (const path of ['/etc/pki/tls/openssl.cnf', '/etc/ssl/openssl.cnf']) {
    const lines = optionalFile(evidence, 'system-files', path)
    if (!lines.ok) return lines
    if (lines.value === undefined) continue
    return minimumOf(evidence, path, lines.value)
  }
  return unreadable({ ja: 'OpenSSLの設定がない', en: 'there is no OpenSSL configuration' })
}

type Sections = Map<string, Map<string, { readonly value: string; readonly ref: EvidenceRef }>>

function minimumOf(
  evidence: Evidence,
  path: string,
  lines: readonly string[],
): Reading<{ readonly value: string | undefined; readonly refs: readonly EvidenceRef[] }> {
  const sections: Sections = new Map()
  const failure = readSections(evidence, sections, path, lines, '', 0)
  if (failure) return failure
  const at = (section: string | undefined, name: string) =>
    section === undefined ? undefined : sections.get(section)?.get(name)
  // openssl_conf → ssl_conf → system_default: each names the section of the next
  const ssl = at(at('', 'openssl_conf')?.value, 'ssl_conf')?.value
  const settings = at(ssl, 'system_default')?.value
  const minimum = at(settings, 'MinProtocol') ?? at(settings, 'TLS.MinProtocol')
  return read({ value: minimum?.value, refs: [minimum?.ref ?? { source: path }] })
}

function readSections(
  evidence: Evidence,
  sections: Sections,
  path: string,
  lines: readonly string[],
  start: string,
  depth: number,
): Extract<Reading<never>, { ok: false }> | undefined {
  let section = start
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim()
    const header = /^\[\s*([^\]]+?)\s*\]$/.exec(line)
    if (header) {
      section = header[1] === 'default' ? '' : (header[1] ?? '')
      continue
    }
    const include = /^\.include\s*=?\s*(\S+)$/.exec(line)
    if (include) {
      for (const file of included(evidence, include[1] ?? '')) {
        const more = depth < 4 ? optionalFile(evidence, 'system-files', file) : undefined
        // a file that nobody collected may set anything
        if (!more?.ok) {
          return {
            ok: false,
            why: {
              ja: `${path} が読み込む ${file} を調べていない`,
              en: `${file}, which ${path} includes, was not read`,
            },
          }
        }
        // a file that isn't there is passed over (config(5ssl))
        const failure = more.value && readSections(evidence, sections, file, more.value, section, depth + 1)
        if (failure) return failure
      }
      continue
    }
    const pair = /^([^=\s]+)\s*=\s*(.*)$/.exec(line)
    if (!pair) continue
    const entries = sections.get(section) ?? new Map()
    entries.set(pair[1] ?? '', { value: (pair[2] ?? '').trim(), ref: { source: path, at: `${index + 1}` } })
    sections.set(section, entries)
  }
  return undefined
}

// a folder stands for its .cnf and .conf files
function included(evidence: Evidence, path: string): readonly string[] {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok || files.value.has(path)) return [path]
  const inside = [...files.value.keys()].filter((name) => name.startsWith(`${path}/`)).sort()
  return inside.length > 0 ? inside : [path]
}
