import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'vitest'

/** Folder with real configurations and official schemas that tests read but the project doesn't hold. */
export const sharedFolder = resolve(process.env['SEISA_SHARED'] ?? join(import.meta.dirname, '../../shared'))

/**
 * A suite that needs something which not every machine has. Without it the suite is skipped under a name
 * that says what is lacking; where the lab is required (CI), that is a failure.
 */
export function labSuite(
  name: string,
  lab: { readonly available: boolean; readonly lacks: string },
  suite: () => void,
): void {
  if (lab.available) describe(name, suite)
  else if (process.env['SEISA_REQUIRE_LAB'] === '1') {
    describe(name, () => {
      it('has its lab', () => {
        throw new Error(`the lab is required and lacks ${lab.lacks}`)
      })
    })
  } else describe.skip(`${name} [needs ${lab.lacks}]`, suite)
}

/** A suite on files below the shared folder; skipped by name where they are absent. */
export function sharedSuite(name: string, paths: readonly string[], suite: () => void): void {
  const lacking = paths.find((path) => !existsSync(join(sharedFolder, path)))
  if (lacking === undefined) describe(name, suite)
  else describe.skip(`${name} [needs ${lacking} in SEISA_SHARED]`, suite)
}
