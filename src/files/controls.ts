import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageRoot } from '../package-root.ts'

const known = new Map<string, ReadonlySet<string> | undefined>()

/**
 * Ids of the clauses that a clause can be one of: those of the built-in document that its first part names
 * (`ipa-sme.1.6.9`), or of a `controls.yaml` beside the file. Undefined where nothing is known: an
 * organisation may cite clauses of its own.
 */
export function controlIdsFor(control: string, file: string): ReadonlySet<string> | undefined {
  const document = /^[a-z0-9-]+(?=\.)/.exec(control)?.[0]
  const builtIn =
    document === undefined ? undefined : idsIn(join(packageRoot(), 'baselines', document, 'controls.yaml'))
  return builtIn ?? idsIn(join(dirname(file), 'controls.yaml'))
}

/**
 * Control catalogues are long and ours, so that only their ids are taken, line by line: reading them as YAML
 * would take longer than the rest of a scan's start.
 */
function idsIn(path: string): ReadonlySet<string> | undefined {
  if (known.has(path)) return known.get(path)
  const ids = existsSync(path)
    ? new Set(
        [...readFileSync(path, 'utf8').matchAll(/^ *- (?:id: |\{id: )['"]?([^\s'",}]+)/gm)].map(
          (match) => match[1] ?? '',
        ),
      )
    : undefined
  known.set(path, ids)
  return ids
}
