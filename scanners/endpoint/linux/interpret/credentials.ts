import type { Row, Table } from '../../../../src/core/fact.ts'
import { accountFiles } from './account-model.ts'
import { authorizedKeys } from './authorized-keys.ts'
import type { AuthorizedKey } from './authorized-keys.ts'
import type { Contribution, Part } from './contribution.ts'

export const observesCredentials = { settings: [], rows: ['credential'] } as const

/** Public keys that open accounts over SSH, one row for each account and key. */
export const interpretCredentials: Part = (evidence): Contribution => {
  const keys = authorizedKeys(evidence)
  const table = (rows: readonly Row[], more: Pick<Table, 'complete' | 'why' | 'needs'>): Contribution => ({
    tables: [{ type: 'credential', rows, evidence: [{ source: 'authorized-keys' }], ...more }],
  })
  if (!keys.ok) return table([], { complete: false, why: keys.why, ...(keys.needs && { needs: keys.needs }) })
  const rows: Row[] = []
  const failed = [...keys.value.byAccount.values()].find((own) => !own.ok)
  for (const [account, own] of keys.value.byAccount) {
    if (own.ok) rows.push(...own.value.map((key) => rowOf(account, key)))
  }
  rows.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
  const unique = rows.filter((row, index) => row.key !== rows[index - 1]?.key)
  if (failed && !failed.ok) {
    return table(unique, { complete: false, why: failed.why, ...(failed.needs && { needs: failed.needs }) })
  }
  if (keys.value.command) {
    const why = { ja: '公開鍵を別のプログラムが渡す', en: 'a program hands out further public keys' }
    return table(unique, { complete: false, why })
  }
  // every account must have been asked for, or the list isn't whole
  const files = accountFiles(evidence)
  if (!files.ok) return table(unique, { complete: false, why: files.why, ...(files.needs && { needs: files.needs }) })
  const missed = files.value.passwd.find((account) => !keys.value.byAccount.has(account.name))
  if (missed || files.value.passwd.length === 0) {
    const name = missed?.name ?? 'passwd'
    return table(unique, {
      complete: false,
      why: { ja: `${name} の公開鍵を読んでいない`, en: `the public keys of ${name} were not read` },
    })
  }
  return table(unique, { complete: true })
}

const rowOf = (account: string, key: AuthorizedKey): Row => ({
  key: `${account}:${key.fingerprint}`,
  name: key.comment === '' ? `${account} ${key.type}` : `${account} ${key.comment}`,
  fields: {
    account,
    kind: 'ssh-public-key',
    algorithm: key.type,
    length: key.bits ?? null,
    fingerprint: key.fingerprint,
    comment: key.comment === '' ? null : key.comment,
    restricted: key.restricted,
    expires: key.expires ?? null,
    source: key.path,
  },
  evidence: [{ source: key.path, at: String(key.line) }],
})
