import type { LocalText } from '../../core/text.ts'
import { fingerprintOf } from './fingerprint.ts'
import { isSignedBy, parseCertificate, type SshCertificate } from './host-certificate-parse.ts'
import { checkPlainKey, type HostKeys, type HostKeyVerdict, knownKey, lineWith, shownKey } from './host-keys.ts'
import { type HostIdentity, matchesPattern } from './known-hosts.ts'

/** A certificate's verdict, and the key that it certifies when it was read. */
export interface CertificateJudgement {
  readonly verdict: HostKeyVerdict
  readonly certificate?: SshCertificate
}

/**
 * Judges a host certificate as OpenSSH does (sshconnect.c check_host_key, sshkey.c sshkey_cert_check_authority), with
 * two things stricter: one without principals is refused, and one that a known authority signed and that doesn't hold
 * (expired, another name) is refused even if its bare key is known. Where no known authority signed it, the
 * certificate says nothing, and the bare key is looked up.
 */
export function checkHostCertificate(
  hostKeys: HostKeys,
  host: HostIdentity,
  blob: Buffer,
  now: Date,
): CertificateJudgement {
  const certificate = parseCertificate(blob)
  if (certificate === undefined) return { verdict: refused(blob, broken) }
  const { plainKey, authority } = certificate
  const lines = hostKeys.linesFor(host)
  const plain = checkPlainKey(lines, plainKey)
  const levels = [lines.exact, ...(lines.portless && !lineWith(lines.exact.keys, plainKey) ? [lines.portless] : [])]
  for (const { revoked, authorities } of levels) {
    const byRevocation = lineWith(revoked, plainKey) ?? lineWith(revoked, authority)
    if (byRevocation) {
      return { certificate, verdict: { state: 'revoked', offered: shownKey(plainKey), by: knownKey(byRevocation) } }
    }
    const by = lineWith(authorities, authority)
    if (by === undefined) continue
    const why = defectOf(certificate, (host.alias ?? host.host).toLowerCase(), now)
    if (why) return { certificate, verdict: refused(plainKey, why) }
    return { certificate, verdict: { state: 'trusted', offered: shownKey(plainKey), by: knownKey(by) } }
  }
  const isExpected = levels.some(({ authorities }) => authorities.length > 0)
  const isStrange = isExpected && plain.state !== 'trusted'
  return { certificate, verdict: isStrange ? refused(plainKey, strange(authority)) : plain }
}

const refused = (key: Buffer, why: LocalText): HostKeyVerdict => ({ state: 'refused', offered: shownKey(key), why })

const broken: LocalText = { ja: '読めない証明書である', en: 'it can not be read' }

const strange = (authority: Buffer): LocalText => ({
  ja: `このホスト向けの @cert-authority に無い認証局 ${fingerprintOf(authority)} が署名している`,
  en: `it is signed by ${fingerprintOf(authority)}, which no @cert-authority line for this host holds`,
})

const instant = (seconds: bigint): string => {
  const date = new Date(seconds > 8_640_000_000_000n ? Number.NaN : Number(seconds) * 1000)
  return Number.isNaN(date.getTime()) ? 'forever' : date.toISOString()
}

/** Why a certificate of a known authority doesn't hold for a name at a time. */
function defectOf(certificate: SshCertificate, name: string, now: Date): LocalText | undefined {
  const { kind, principals, validAfter, validBefore, criticalOptions, authority, signedBytes, signature } = certificate
  if (!isSignedBy(authority, signedBytes, signature)) {
    return {
      ja: '署名が正しくないか、受け入れない方式（SHA-1 の ssh-rsa など）である',
      en: 'its signature is wrong or of a kind that is not accepted (such as ssh-rsa with SHA-1)',
    }
  }
  if (kind !== 2) return { ja: 'ホスト証明書ではない', en: 'it is not a host certificate' }
  const seconds = BigInt(Math.floor(now.getTime() / 1000))
  if (seconds < validAfter) {
    return { ja: `${instant(validAfter)} まで有効でない`, en: `it is not valid before ${instant(validAfter)}` }
  }
  if (seconds >= validBefore) {
    return { ja: `${instant(validBefore)} に期限が切れた`, en: `it expired at ${instant(validBefore)}` }
  }
  if (criticalOptions.length > 0) {
    return { ja: '知らない必須条件（critical options）がある', en: 'it has critical options, which are not known' }
  }
  if (principals.length === 0) {
    return { ja: 'ホスト名が一つも書かれていない', en: 'it names no host' }
  }
  if (!principals.some((pattern) => matchesPattern(pattern, name))) {
    return { ja: `${name} のためのものではない`, en: `it is not for ${name}` }
  }
  return undefined
}
