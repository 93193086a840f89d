/**
 * Host keys in ssh2: what to offer, and the verifier. What touches ssh2's insides for it is in this file.
 *
 * ssh2 1.17 knows no host certificates. Three things make it accept one, and each is guarded, so that another version
 * whose insides differ refuses instead of accepting:
 * 1. The certificate types are added to its list of host key types that may be offered (`hostKeyAlgorithms`).
 * 2. The verifier checks the certificate, and then tells the key exchange under way to expect a signature of the
 *    plain type.
 * 3. The key exchange reads its host key first for the exchange hash, which holds the certificate, and afterwards to
 *    verify the signature over it, for which it needs the plain key. If it ever read them in another order, the hash
 *    would be another one and the signature would not hold.
 * RSA certificates can't be had so: their type (`ssh-rsa-cert-v01@openssh.com`) never equals the negotiated algorithm
 * (`rsa-sha2-512-cert-v01@openssh.com`), and ssh2 ends the connection before it asks the verifier. They are not
 * offered; such a host offers its plain key then.
 *
 * Use, for every hop:
 *   const algorithms = hostKeyAlgorithms(hostKeys, settings)
 *   client.connect({
 *     hostVerifier: makeHostVerifier({ settings, hostKeys, now, clientOf: () => client, onVerdict }),
 *     ...(algorithms ? { algorithms: { serverHostKey: algorithms } } : {}),
 *   })
 * ssh2 calls the verifier at every key exchange, so also while commands run. `onVerdict` gets every verdict; one that
 * is not `trusted` ends the connection with an 'error', for which `hostKeyFault(verdict, settings)` is the fault.
 */
import { createRequire } from 'node:module'
import type { Client, ServerHostKeyAlgorithm } from 'ssh2'
import { Fault } from '../../core/fault.ts'
import type { LocalText } from '../../core/text.ts'
import { keyTypeOf } from './fingerprint.ts'
import { checkHostCertificate } from './host-certificate-check.ts'
import { isCertificateType } from './host-certificate-parse.ts'
import { certificateAlgorithms, type HostKeys, type HostKeyVerdict, shownKey } from './host-keys.ts'
import { propertyOf } from './insides.ts'
import { identityOf, type NamedHost } from './known-hosts.ts'

export interface HostVerifierOptions {
  readonly settings: NamedHost
  readonly hostKeys: HostKeys
  /** The clock that certificates are held against. */
  readonly now: () => Date
  readonly clientOf: () => Client
  /** Told of every verdict, before the connection goes on or ends. */
  readonly onVerdict: (verdict: HostKeyVerdict) => void
}

/** ssh2's `hostVerifier` for one connection. Never throws: what goes wrong in it is a refusal. */
export function makeHostVerifier(options: HostVerifierOptions): (key: Buffer) => boolean {
  return (key) => {
    let verdict: HostKeyVerdict
    try {
      verdict = judge(options, key)
    } catch {
      verdict = { state: 'refused', offered: shownKey(key), why: strangeInsides }
    }
    options.onVerdict(verdict)
    return verdict.state === 'trusted'
  }
}

function judge({ settings, hostKeys, now, clientOf }: HostVerifierOptions, key: Buffer): HostKeyVerdict {
  const host = identityOf(settings)
  if (!isCertificateType(keyTypeOf(key))) return hostKeys.check(host, key)
  const { verdict, certificate } = checkHostCertificate(hostKeys, host, key, now())
  if (verdict.state !== 'trusted' || certificate === undefined) return verdict
  return expectPlainSignature(clientOf(), key, certificate.plainKey, certificate.plainType)
    ? verdict
    : { state: 'refused', offered: verdict.offered, why: strangeInsides }
}

const strangeInsides: LocalText = {
  ja: 'この版の ssh2 ではホスト証明書を確かめられない',
  en: 'host certificates can not be verified with this version of ssh2',
}

/** Host key algorithms to offer to a host; nothing (ssh2's own list) for one of which nothing is known. */
export function hostKeyAlgorithms(hostKeys: HostKeys, settings: NamedHost): ServerHostKeyAlgorithm[] | undefined {
  const wanted = hostKeys.algorithmsFor(identityOf(settings))
  if (wanted === undefined) return undefined
  const supported = supportedAlgorithms()
  const isSupported = (name: string): name is ServerHostKeyAlgorithm => supported.includes(name)
  return wanted.filter(isSupported)
}

const require = createRequire(import.meta.url)
let supportedList: readonly unknown[] | undefined

/** ssh2's list of host key algorithms that may be offered, certificates added once. */
function supportedAlgorithms(): readonly unknown[] {
  if (supportedList) return supportedList
  const constants: unknown = require('ssh2/lib/protocol/constants.js')
  const list = propertyOf(constants, 'SUPPORTED_SERVER_HOST_KEY')
  if (!Array.isArray(list) || !list.includes('ssh-ed25519')) {
    throw new Fault('internal', strangeInsides)
  }
  for (const name of certificateAlgorithms) if (!list.includes(name)) list.push(name)
  supportedList = list
  return list
}

/** Has the key exchange under way hash the certificate and verify with the plain key; false if it isn't as expected. */
function expectPlainSignature(client: Client, blob: Buffer, plainKey: Buffer, plainType: string): boolean {
  const exchange = propertyOf(propertyOf(client, '_protocol'), '_kex')
  const negotiated = propertyOf(exchange, 'negotiated')
  if (typeof exchange !== 'object' || exchange === null || typeof negotiated !== 'object' || negotiated === null) {
    return false
  }
  const held = Object.getOwnPropertyDescriptor(exchange, '_hostKey')
  const asExpected =
    Buffer.isBuffer(held?.value) &&
    held.value.equals(blob) &&
    held.configurable === true &&
    propertyOf(exchange, '_hostVerified') === false &&
    propertyOf(exchange, '_finished') === false &&
    propertyOf(negotiated, 'serverHostKey') === keyTypeOf(blob)
  if (!asExpected) return false
  let isHashed = false
  Object.defineProperty(exchange, '_hostKey', {
    configurable: false,
    get: () => {
      if (isHashed) return plainKey
      isHashed = true
      return blob
    },
    // nothing else may take the place of what was verified
    set() {},
  })
  return Reflect.set(negotiated, 'serverHostKey', plainType)
}
