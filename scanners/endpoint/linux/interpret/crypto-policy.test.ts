import { expect, it } from 'vitest'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import { systemFiles } from '../testing/system-machine.ts'
import { interpretCryptoPolicy } from './crypto-policy.ts'

type Files = Parameters<typeof filesText>[0]
const read = (files: Files) => {
  const facts =
    interpretCryptoPolicy(evidenceOf({ 'system-files': filesText({ ...systemFiles, ...files }) })).facts ?? []
  return Object.fromEntries(
    facts.map((fact) => [fact.setting.slice(7), fact.state === 'known' ? fact.value : fact.state]),
  )
}
const chain = 'openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n'

it('follows the sections of openssl.cnf to the minimum', () => {
  expect(read({})['tls-minimum']).toBe('1.2')
  expect(read({ '/etc/ssl/openssl.cnf': `${chain}MinProtocol=TLSv1.3\n` })['tls-minimum']).toBe('1.3')
})

it('does not believe a minimum in a section that nothing names', () => {
  expect(read({ '/etc/ssl/openssl.cnf': '[c]\nMinProtocol = TLSv1.2\n' })['tls-minimum']).toBe('unreadable')
})

it('reads what Red Hat includes, and is unknown when an included file was not read', () => {
  const files = {
    '/etc/pki/tls/openssl.cnf': `${chain}.include = /etc/crypto-policies/back-ends/opensslcnf.config\n`,
    '/etc/crypto-policies/state/current': 'FUTURE\n',
  }
  const policy = { '/etc/crypto-policies/back-ends/opensslcnf.config': 'CipherString = x\nTLS.MinProtocol = TLSv1.2\n' }
  expect(read({ ...files, ...policy })).toEqual({ policy: 'FUTURE', 'tls-minimum': '1.2' })
  expect(read(files)['tls-minimum']).toBe('unreadable')
})

it('has no policy on a distribution without one', () => {
  expect(read({}).policy).toBe('absent')
  expect(read({ '/etc/crypto-policies/state/current': { state: 'denied' } }).policy).toBe('unreadable')
})
