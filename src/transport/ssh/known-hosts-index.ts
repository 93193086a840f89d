import { hash as digestOf } from 'node:crypto'
import { hashedName, type KnownHostLine, namesHost } from './known-hosts.ts'

/**
 * Finds the lines that name a host, in the order of the files. Plain names are found at once; every hashed one has to
 * be hashed for every host that is looked up, so what was found is kept.
 */
export function indexKnownHosts(lines: readonly KnownHostLine[]): (name: string) => readonly KnownHostLine[] {
  const plain = new Map<string, number[]>()
  const hashed: { readonly index: number; readonly salt: Buffer; readonly hash: Buffer }[] = []
  const patterns: number[] = []
  lines.forEach(({ hosts }, index) => {
    const hash = hashedName(hosts)
    if (hash) hashed.push({ index, ...hash })
    else if (/[*?!]/.test(hosts)) patterns.push(index)
    else for (const name of hosts.toLowerCase().split(',')) push(plain, name, index)
  })
  const found = new Map<string, readonly KnownHostLine[]>()
  const search = (name: string): readonly KnownHostLine[] =>
    [
      ...new Set([
        ...(plain.get(name) ?? []),
        ...hashed.filter(isHashOf(name)).map(({ index }) => index),
        ...patterns.filter((index) => namesHost(lines[index]?.hosts ?? '', name)),
      ]),
    ]
      .toSorted((one, other) => one - other)
      .flatMap((index) => lines[index] ?? [])
  return (name) => {
    const known = found.get(name)
    if (known) return known
    const result = search(name)
    found.set(name, result)
    return result
  }
}

function push(map: Map<string, number[]>, name: string, index: number): void {
  const list = map.get(name)
  if (list) list.push(index)
  else map.set(name, [index])
}

/** SHA-1's block, and the salt that known_hosts uses, in bytes. */
const blockBytes = 64
const saltBytes = 20

/**
 * Whether a hash is HMAC-SHA1 (RFC 2104) of a name, for very many salts: six times as fast as a Hmac object for each.
 */
function isHashOf(name: string): (entry: { readonly salt: Buffer; readonly hash: Buffer }) => boolean {
  const inner = Buffer.concat([Buffer.alloc(blockBytes, 0x36), Buffer.from(name)])
  const outer = Buffer.alloc(blockBytes + saltBytes, 0x5c)
  return ({ salt, hash }) => {
    salt.forEach((byte, at) => {
      inner[at] = byte ^ 0x36
      outer[at] = byte ^ 0x5c
    })
    digestOf('sha1', inner, 'buffer').copy(outer, blockBytes)
    return digestOf('sha1', outer, 'buffer').equals(hash)
  }
}
