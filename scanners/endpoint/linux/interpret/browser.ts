import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Field, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { accessFiles, accessState, stateSays, wholeFiles } from './access-files.ts'
import { type Contribution, inapplicable, known, type Part, unread } from './contribution.ts'
import { packageVersions } from './views.ts'

const settings = ['password-saving-enabled', 'harmful-sites-blocked', 'extensions-restricted'] as const
type Setting = (typeof settings)[number]

/** What this part reports on. */
export const observesBrowser = {
  settings: settings.map((name) => `browser.${name}`),
  rows: ['browser-policy'],
} as const

interface Browser {
  readonly id: string
  readonly name: string
  readonly packages: RegExp
  /** Paths of its managed policies. */
  readonly files: RegExp
  readonly judge: ((policies: readonly Policies[]) => Readonly<Record<Setting, Reading<boolean>>>) | undefined
}

type Policies = Readonly<Record<string, unknown>>

const chromium = (policies: readonly Policies[]) =>
  chromiumPolicies(policies, (all) => agreed(all, 'SafeBrowsingProtectionLevel', (value) => value === 1 || value === 2))
const edge = (policies: readonly Policies[]) =>
  chromiumPolicies(policies, (all) => agreed(all, 'SmartScreenEnabled', (value) => value === true))

const browsers: readonly Browser[] = [
  {
    id: 'chromium',
    name: 'Chromium',
    packages: /^(?:chromium|chromium-browser|ungoogled-chromium)$/,
    files: /^\/etc\/chromium(?:-browser)?\/policies\/managed\//,
    judge: chromium,
  },
  {
    id: 'chrome',
    name: 'Google Chrome',
    packages: /^(?:google-chrome(?:-stable|-beta|-unstable|-canary)?|com\.google\.Chrome)$/,
    files: /^\/etc\/opt\/chrome\/policies\/managed\//,
    judge: chromium,
  },
  {
    id: 'edge',
    name: 'Microsoft Edge',
    packages: /^(?:microsoft-edge-(?:stable|beta|dev)(?:-bin)?|com\.microsoft\.Edge)$/,
    files: /^\/etc\/opt\/edge\/policies\/managed\//,
    judge: edge,
  },
  {
    id: 'brave',
    name: 'Brave',
    packages: /^brave-browser$/,
    files: /^\/etc\/brave\/policies\/managed\//,
    judge: chromium,
  },
  {
    id: 'firefox',
    name: 'Firefox',
    packages:
      /^(?:firefox(?:-esr|-beta|-devedition|-nightly|-developer-edition)?|MozillaFirefox|org\.mozilla\.firefox)$/,
    files: /policies\/policies\.json$|\/distribution\/policies\.json$/,
    judge: firefoxPolicies,
  },
  {
    id: 'other-browser',
    name: 'other',
    packages:
      /^(?:epiphany|epiphany-browser|falkon|konqueror|midori|qutebrowser|librewolf|waterfox|floorp|zen-browser|torbrowser-launcher|opera(?:-stable|-beta|-developer)?|vivaldi(?:-stable|-snapshot)?|org\.gnome\.Epiphany|io\.gitlab\.librewolf-community|net\.waterfox\.waterfox|one\.ablaze\.floorp|app\.zen_browser\.zen|org\.torproject\.torbrowser-launcher|com\.opera\.Opera|com\.vivaldi\.Vivaldi|org\.kde\.(?:falkon|konqueror))$/,
    files: /^$/,
    judge: undefined,
  },
]

/** Managed policies of each installed browser. What no policy fixes, its user decides: that counts as not enforced. */
export const interpretBrowser: Part = (evidence): Contribution => {
  const installed = installedBrowsers(evidence)
  if (!installed.ok) {
    const table: Table = {
      type: 'browser-policy',
      rows: [],
      complete: false,
      why: installed.why,
      evidence: [{ source: 'access-state' }],
    }
    return { facts: observesBrowser.settings.map((id) => unread(id, installed)), tables: [table] }
  }
  const judged = installed.value.map((browser) => ({ browser, ...judgeBrowser(evidence, browser) }))
  const rows: readonly Row[] = judged.map(({ browser, values, evidence: where }) => ({
    key: browser.id,
    name: browser.name,
    fields: {
      browser: browser.name,
      ...Object.fromEntries(settings.map((name): [string, Field] => [name, fieldOf(values[name])])),
    },
    evidence: where,
  }))
  const table: Table = {
    type: 'browser-policy',
    rows: [...rows].sort((left, right) => (left.key < right.key ? -1 : 1)),
    complete: true,
    evidence: [{ source: 'access-state' }],
  }
  return { facts: settings.map((name) => overall(name, judged)), tables: [table] }
}

const fieldOf = (reading: Reading<boolean>): Field => (reading.ok ? reading.value : { unreadable: reading.why })

function installedBrowsers(evidence: Evidence): Reading<readonly Browser[]> {
  const state = accessState(evidence)
  const packages = packageVersions(evidence)
  const found: Browser[] = []
  for (const browser of browsers) {
    const says = stateSays(state, `${browser.id}-installed`)
    if (!says.ok) return says
    const names = packages.ok ? [...packages.value.keys()] : []
    if (says.value || names.some((name) => browser.packages.test(name))) found.push(browser)
  }
  // without the packages a browser in an unusual place stays unseen
  if (!packages.ok) return packages
  return read(found)
}

interface Judged {
  readonly values: Readonly<Record<Setting, Reading<boolean>>>
  readonly evidence: readonly EvidenceRef[]
}

function judgeBrowser(evidence: Evidence, browser: Browser): Judged {
  const all = (reading: Reading<boolean>): Judged => ({
    values: { 'password-saving-enabled': reading, 'harmful-sites-blocked': reading, 'extensions-restricted': reading },
    evidence: [{ source: 'access-state', at: `${browser.id}-installed` }],
  })
  const { judge } = browser
  if (!judge)
    return all(unreadable({ ja: 'このブラウザの方針は読み方を持たない', en: 'policies of this browser are not read' }))
  const files = wholeFiles(accessFiles(evidence), (path) => browser.files.test(path))
  if (!files.ok) return all(files)
  const policies: Policies[] = []
  // Firefox takes the file below /etc, and the one beside the program only without it
  const own = browser.id === 'firefox' ? files.value.filter((file) => file.path.startsWith('/etc/')) : []
  for (const file of own.length > 0 ? own : files.value) {
    const parsed = parsePolicies(file.lines.join('\n'))
    if (!parsed) return all(unreadable({ ja: `${file.path} を解釈できない`, en: `${file.path} can not be understood` }))
    policies.push(parsed)
  }
  return {
    values: judge(policies),
    evidence:
      files.value.length > 0 ? files.value.map((file) => ({ source: file.path })) : [{ source: 'access-files' }],
  }
}

const isObject = (value: unknown): value is Policies =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsePolicies(text: string): Policies | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** True when a policy is set so that the test holds; unreadable when files disagree. Not set is false. */
function agreed(policies: readonly Policies[], name: string, test: (value: unknown) => boolean): Reading<boolean> {
  const answers = new Set(policies.filter((one) => Object.hasOwn(one, name)).map((one) => test(one[name])))
  if (answers.size > 1) return unreadable({ ja: `${name} が複数のファイルで食い違う`, en: `files disagree on ${name}` })
  return read(answers.has(true))
}

const either = (left: Reading<boolean>, right: Reading<boolean>): Reading<boolean> =>
  left.ok && left.value ? left : right.ok && right.value ? right : left.ok ? right : left

const not = (reading: Reading<boolean>): Reading<boolean> => (reading.ok ? read(!reading.value) : reading)

const blocksAll = (value: unknown): boolean =>
  isObject(value) && isObject(value['*']) && value['*']['installation_mode'] === 'blocked'

function chromiumPolicies(
  policies: readonly Policies[],
  harmful: (policies: readonly Policies[]) => Reading<boolean>,
): Readonly<Record<Setting, Reading<boolean>>> {
  return {
    'password-saving-enabled': not(agreed(policies, 'PasswordManagerEnabled', (value) => value === false)),
    'harmful-sites-blocked': harmful(policies),
    'extensions-restricted': either(
      agreed(policies, 'ExtensionInstallBlocklist', (value) => Array.isArray(value) && value.includes('*')),
      agreed(policies, 'ExtensionSettings', blocksAll),
    ),
  }
}

function firefoxPolicies(documents: readonly Policies[]): Readonly<Record<Setting, Reading<boolean>>> {
  const policies = documents.map((one) => (isObject(one['policies']) ? one['policies'] : {}))
  const locked = (name: string): Reading<boolean> =>
    agreed(
      policies,
      'Preferences',
      (value) =>
        isObject(value) && isObject(value[name]) && value[name]['Value'] === true && value[name]['Status'] === 'locked',
    )
  const malware = locked('browser.safebrowsing.malware.enabled')
  const phishing = locked('browser.safebrowsing.phishing.enabled')
  return {
    'password-saving-enabled': not(
      either(
        agreed(policies, 'PasswordManagerEnabled', (value) => value === false),
        agreed(policies, 'OfferToSaveLogins', (value) => value === false),
      ),
    ),
    'harmful-sites-blocked': malware.ok && malware.value ? phishing : malware,
    'extensions-restricted': agreed(policies, 'ExtensionSettings', blocksAll),
  }
}

/** Over all installed browsers: the weakest decides. */
function overall(name: Setting, judged: readonly (Judged & { browser: Browser })[]): Fact {
  const id = `browser.${name}`
  const none: LocalText = { ja: 'ブラウザが入っていない', en: 'no browser is installed' }
  if (judged.length === 0) return inapplicable(id, none, [{ source: 'access-state' }])
  const weak = name === 'password-saving-enabled'
  const failing = judged.find(({ values }) => {
    const value = values[name]
    return value.ok && value.value === weak
  })
  const derivedFrom = ['browser-policy']
  if (failing) return { ...known(id, weak, failing.evidence), derivedFrom }
  for (const { values, evidence } of judged) {
    const value = values[name]
    if (!value.ok) return { ...unread(id, value, evidence), derivedFrom }
  }
  return {
    ...known(
      id,
      !weak,
      judged.flatMap((one) => one.evidence),
    ),
    derivedFrom,
  }
}
