import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Scanner, Target } from '../core/scanner.ts'
import type { App } from './app.ts'

/** Time limit of a target that has none of its own: a walk of the whole file system takes as long as it takes. */
export const usualTimeoutSeconds = (deep: boolean): number => (deep ? 7200 : 300)

/** The scanner of a target. */
export function scannerOf(app: Pick<App, 'scanners'>, target: Target): Scanner {
  const scanner = app.scanners.get(target.scanner)
  if (scanner) return scanner
  throw new Fault('configuration', {
    ja: `スキャナー ${target.scanner} はない`,
    en: `there is no scanner ${target.scanner}`,
  })
}

/** A path of the command line, from the folder that the user stands in. */
export const fromHere = (cwd: string, path: string): string => resolve(cwd, path)
