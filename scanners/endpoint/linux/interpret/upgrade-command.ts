/** How each package manager is told to install updates, and what keeps it from doing so. */
interface Manager {
  readonly programs: RegExp
  readonly subcommands: RegExp
  /** Options that make it only pretend, only download, or refuse every question. */
  readonly idle: RegExp
  /** Without one of these it asks, and a scheduled task has nobody to answer. Undefined where it never asks. */
  readonly answers?: RegExp
}

const managers: readonly Manager[] = [
  {
    programs: /^(?:apt|apt-get|aptitude)$/,
    subcommands: /^(?:upgrade|dist-upgrade|full-upgrade|safe-upgrade)$/,
    // apt-get(8): -s is --simulate, -d is --download-only
    idle: /^(?:-[a-zA-Z]*[sd][a-zA-Z]*|--(?:simulate|just-print|dry-run|recon|no-act|download-only|print-uris|assume-no)(?:=.*)?)$/,
    // quiet level 2 implies -y
    answers: /^(?:-[a-zA-Z]*y[a-zA-Z]*|-[a-zA-Z]*q[a-zA-Z]*q[a-zA-Z]*|--yes|--assume-yes)$/,
  },
  {
    programs: /^(?:dnf|dnf5|dnf-3|microdnf|yum)$/,
    subcommands: /^(?:upgrade|update|distro-sync|upgrade-minimal|update-minimal)$/,
    idle: /^--(?:downloadonly|assumeno|test)$/,
    answers: /^(?:-[a-zA-Z]*y[a-zA-Z]*|--assumeyes)$/,
  },
  {
    programs: /^zypper$/,
    subcommands: /^(?:update|up|patch|dist-upgrade|dup)$/,
    idle: /^(?:-[a-zA-Z]*[dD][a-zA-Z]*|--(?:dry-run|download-only))$/,
    answers: /^(?:-[a-zA-Z]*[ny][a-zA-Z]*|--(?:non-interactive|no-confirm))$/,
  },
  {
    programs: /^apk$/,
    subcommands: /^upgrade$/,
    // apk(8): -i asks before each change
    idle: /^(?:-[a-zA-Z]*[si][a-zA-Z]*|--(?:simulate|interactive))$/,
  },
  { programs: /^transactional-update$/, subcommands: /^(?:up|dup|patch|)$/, idle: /^(?:-h|--help)$/ },
]

/** Programs that may stand in front of the one that is run. */
const wrappers =
  /^(?:sudo|doas|nice|ionice|env|exec|nohup|chronic|setsid|time|timeout|flock|\/.*\.lock|-.*|\d+[smhd]?|[A-Za-z_]\w*=.*)$/

/**
 * Whether a scheduled command installs updates without anybody: refreshing lists, looking for updates, pretending
 * (`apt-get -s upgrade`), downloading, or asking a question that nobody answers installs nothing.
 */
export function installsUpdates(command: string): boolean {
  return command.split(/\s*(?:&&|\|\||[;|&])\s*/).some((part) => {
    const words = part.split(/\s+/).filter((word) => word !== '')
    const at = words.findIndex((word) => !wrappers.test(word))
    const program = words[at]?.replace(/^.*\//, '')
    const manager = managers.find(({ programs }) => program !== undefined && programs.test(program))
    if (!manager) return false
    const rest = words.slice(at + 1)
    const options = rest.filter((word) => word.startsWith('-'))
    const subcommands = rest.filter((word) => !word.startsWith('-'))
    if (options.some((option) => manager.idle.test(option))) return false
    if (manager.answers && !options.some((option) => manager.answers?.test(option))) return false
    return (subcommands.length === 0 ? [''] : subcommands).some((word) => manager.subcommands.test(word))
  })
}
