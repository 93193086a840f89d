import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { interpretBrowser, observesBrowser } from './browser.ts'

const all = ['chromium', 'chrome', 'edge', 'brave', 'firefox', 'other-browser']
const state = (...installed: readonly string[]): string =>
  all.map((id) => `${id}-installed=${installed.includes(id) ? 'yes' : 'no'}`).join('\n')
type Files = Record<string, string | { state: 'denied' | 'absent' }>
const none: Files = Object.fromEntries(
  [
    '/etc/chromium/policies/managed/*.json',
    '/etc/opt/edge/policies/managed/*.json',
    '/etc/firefox/policies/policies.json',
  ].map((path) => [path, { state: 'absent' }]),
)
const sections = (installed: readonly string[], files: Files, packages = ''): Record<string, GivenSection> => ({
  'package-databases': 'dpkg present /var/lib/dpkg/status\nos ID=debian\n',
  dpkg: `ii \tbash\t5.2.15\tamd64\tbash\tDebian\t1700000000\tDebian\n${packages}`,
  'access-state': state(...installed),
  'access-files': filesText({ ...none, ...files }),
})
const judge = (installed: readonly string[], files: Files, packages = ''): readonly unknown[] => {
  const facts = interpretBrowser(evidenceOf(sections(installed, files, packages))).facts ?? []
  return observesBrowser.settings.map((id) => {
    const fact = facts.find((one) => one.setting === id)
    return fact?.state === 'known' ? fact.value : fact?.state
  })
}
const chromium = '/etc/chromium/policies/managed/a.json'
const firefox = '/etc/firefox/policies/policies.json'
const strict = '{"PasswordManagerEnabled": false, "SafeBrowsingProtectionLevel": 1, "ExtensionInstallBlocklist": ["*"]}'

// in the order: passwords may be saved, harmful sites are blocked, extensions are restricted
describe('managed policies', () => {
  it('leave the choice to the user where nothing is set', () => {
    expect(judge(['chromium'], {})).toEqual([true, false, false])
    expect(judge(['firefox'], { [firefox]: '{"policies": {}}' })).toEqual([true, false, false])
  })

  it.each(['librewolf', 'org.torproject.torbrowser-launcher', 'vivaldi-snapshot'])(
    'of %s are not read, and it is no machine without a browser',
    (name) => {
      const line = `ii \t${name}\t1.0\tamd64\t${name}\tDebian\t1700000000\tDebian\n`
      expect(judge([], {}, line)).toEqual(['unreadable', 'unreadable', 'unreadable'])
    },
  )

  it('of Chromium, Edge and Firefox are read', () => {
    expect(judge(['chromium'], { [chromium]: strict })).toEqual([false, true, true])
    expect(
      judge(['edge'], {
        '/etc/opt/edge/policies/managed/a.json':
          '{"SmartScreenEnabled": true, "ExtensionSettings": {"*": {"installation_mode": "blocked"}}}',
      }),
    ).toEqual([true, true, true])
    const preferences =
      '{"browser.safebrowsing.malware.enabled": {"Value": true, "Status": "locked"}, "browser.safebrowsing.phishing.enabled": {"Value": true, "Status": "locked"}}'
    expect(
      judge(['firefox'], { [firefox]: `{"policies": {"OfferToSaveLogins": false, "Preferences": ${preferences}}}` }),
    ).toEqual([false, true, false])
    expect(
      judge(['firefox'], {
        [firefox]: `{"policies": {"Preferences": ${preferences.replace('"locked"', '"default"')}}}`,
      }),
    ).toEqual([true, false, false])
  })

  it('of several browsers are as strong as the weakest', () => {
    expect(judge(['chromium', 'firefox'], { [chromium]: strict })).toEqual([true, false, false])
    expect(judge(['chromium', 'other-browser'], { [chromium]: strict })).toEqual([
      'unreadable',
      'unreadable',
      'unreadable',
    ])
  })

  it('that contradict each other, or can not be read, are not known', () => {
    expect(
      judge(['chromium'], {
        [chromium]: strict,
        '/etc/chromium/policies/managed/b.json': '{"PasswordManagerEnabled": true}',
      })[0],
    ).toBe('unreadable')
    expect(judge(['chromium'], { [chromium]: '{' })).toEqual(['unreadable', 'unreadable', 'unreadable'])
    expect(judge(['firefox'], { [firefox]: { state: 'denied' } })).toEqual(['unreadable', 'unreadable', 'unreadable'])
  })
})

describe('browsers', () => {
  it('are found by their packages too', () => {
    expect(judge([], {}, 'ii \tfirefox-esr\t115\tamd64\tfirefox-esr\tDebian\t1700000000\tDebian\n')).toEqual([
      true,
      false,
      false,
    ])
  })

  it('that are not there make nothing of policies', () => {
    expect(judge([], {})).toEqual(['inapplicable', 'inapplicable', 'inapplicable'])
  })

  it('are unknown without packages or paths', () => {
    for (const id of ['dpkg', 'access-state', 'package-databases']) {
      const { [id]: _gone, ...rest } = sections(['chromium'], { [chromium]: strict })
      const { facts = [], tables = [] } = interpretBrowser(evidenceOf(rest))
      expect(
        facts.map((fact) => [fact.setting, fact.state]),
        id,
      ).toEqual(observesBrowser.settings.map((one) => [one, 'unreadable']))
      expect(tables.map((table) => [table.type, table.complete])).toEqual([['browser-policy', false]])
    }
  })

  it('with hostile policy text never throw', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        judge(['chromium', 'firefox'], { [chromium]: text.replaceAll('\n', ''), [firefox]: `{"policies": ${text}}` })
      }),
    )
  })
})
