/**
 * Last day on which a distribution release gets security updates without a paid extension. Compiled
 * 2026-11-20 from the makers' own lists:
 * - Debian, Ubuntu: distro-info-data 0.58+deb12u7 (`eol-lts` for Debian, `eol` for Ubuntu)
 * - the others: https://endoflife.date at 2026-08-22, which cites access.redhat.com/support/policy/updates/errata,
 *   wiki.almalinux.org/release-notes, wiki.rockylinux.org, oracle.com (Oracle Linux life cycle),
 *   aws.amazon.com/amazon-linux-2/faqs, suse.com/lifecycle (general support), en.opensuse.org/Lifetime,
 *   alpinelinux.org/releases, docs.fedoraproject.org
 *
 * Debian: the end of the volunteers' LTS counts where LTS builds exist, because an ordinary installation gets
 * it through the same security archive without doing anything; on other architectures the team's own end
 * counts. Paid extensions (Ubuntu Pro, RHEL ELS, SUSE LTSS, Debian ELTS) don't count: whether one is
 * subscribed can't be seen here. A release that isn't listed is unknown, never in support.
 */
const lastDays: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: { '9': '2022-06-30', '10': '2024-06-30', '11': '2026-08-31', '12': '2028-06-30', '13': '2030-06-30' },
  ubuntu: {
    '16.04': '2021-04-30',
    '18.04': '2023-05-31',
    '20.04': '2025-05-31',
    '22.04': '2027-06-01',
    '22.10': '2023-07-20',
    '23.04': '2024-01-25',
    '23.10': '2024-07-11',
    '24.04': '2029-05-31',
    '24.10': '2025-07-10',
    '25.04': '2026-01-15',
    '25.10': '2026-07-09',
    '26.04': '2031-05-29',
    '26.10': '2027-07-15',
  },
  rhel: { '6': '2020-11-30', '7': '2024-06-30', '8': '2029-05-31', '9': '2032-05-31', '10': '2035-05-31' },
  almalinux: { '8': '2029-05-31', '9': '2032-05-31', '10': '2035-05-31' },
  rocky: { '8': '2029-05-31', '9': '2032-05-31', '10': '2035-05-31' },
  ol: { '6': '2021-03-31', '7': '2024-12-31', '8': '2029-07-31', '9': '2032-06-30' },
  centos: { '6': '2020-11-30', '7': '2024-06-30', '8': '2021-12-31' },
  'centos-stream': { '8': '2024-05-31', '9': '2027-05-31', '10': '2030-05-31' },
  amzn: { '2': '2026-06-30', '2023': '2029-06-30', '2018.03': '2023-12-31' },
  fedora: {
    '38': '2024-05-21',
    '39': '2024-11-26',
    '40': '2025-05-13',
    '41': '2025-12-15',
    '42': '2026-05-27',
    '43': '2026-12-09',
    '44': '2027-06-02',
  },
  sles: {
    '12.5': '2024-10-31',
    '15.3': '2022-12-31',
    '15.4': '2023-12-31',
    '15.5': '2024-12-31',
    '15.6': '2025-12-31',
    '15.7': '2031-07-31',
    '16.0': '2027-11-30',
  },
  'opensuse-leap': {
    '15.3': '2022-12-31',
    '15.4': '2023-12-07',
    '15.5': '2024-12-31',
    '15.6': '2026-04-30',
    '16.0': '2027-10-31',
  },
  alpine: {
    '3.15': '2023-11-01',
    '3.16': '2024-05-23',
    '3.17': '2024-11-22',
    '3.18': '2025-05-09',
    '3.19': '2025-11-01',
    '3.20': '2026-04-01',
    '3.21': '2026-11-01',
    '3.22': '2027-05-01',
    '3.23': '2027-11-01',
    '3.24': '2028-06-01',
  },
}

// where Debian LTS is built (wiki.debian.org/LTS), by the kernel's name of the architecture
const ltsArchitectures = /^(?:x86_64|i[3-6]86|aarch64|armv7l|armv8l)$/
const debianTeamEnds: Readonly<Record<string, string>> = {
  '9': '2020-07-18',
  '10': '2022-09-10',
  '11': '2024-08-14',
  '12': '2026-07-11',
  '13': '2028-08-09',
}

/** Last day of security updates, `YYYY-MM-DD`; undefined for a release that isn't in the table. */
export function lastSupportedDay(
  release: ReadonlyMap<string, string>,
  architecture: string | undefined,
): string | undefined {
  const given = release.get('SUPPORT_END')
  // os-release(5): the distribution's own word comes first
  if (given !== undefined) return /^\d{4}-\d{2}-\d{2}$/.test(given) ? given : undefined
  const id = release.get('ID') ?? ''
  const version = release.get('VERSION_ID') ?? ''
  const major = version.split('.')[0] ?? ''
  const minor = version.split('.').slice(0, 2).join('.')
  if (id === 'debian') {
    const lts = architecture !== undefined && ltsArchitectures.test(architecture)
    return own(lts ? lastDays['debian'] : debianTeamEnds, major)
  }
  const name = id === 'centos' && /stream/i.test(release.get('NAME') ?? '') ? 'centos-stream' : id
  if (!Object.hasOwn(lastDays, name)) return undefined
  const byMajor = /^(?:rhel|almalinux|rocky|ol|centos|centos-stream|fedora)$/.test(name)
  return own(lastDays[name], byMajor ? major : name === 'amzn' ? version : minor)
}

const own = (table: Readonly<Record<string, string>> | undefined, key: string): string | undefined =>
  table && Object.hasOwn(table, key) ? table[key] : undefined

/** Distributions without releases: they end when they are no longer updated, not on a day. */
export const isRolling = (release: ReadonlyMap<string, string>): boolean =>
  /^(?:arch|archarm|manjaro|gentoo|void|opensuse-tumbleweed|kali|endeavouros)$/.test(release.get('ID') ?? '')
