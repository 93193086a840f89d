import { expect, it } from 'vitest'
import { requirementConflicts } from '../src/core/conflicts.ts'
import { builtInBaselines, loadBuiltIn } from '../src/files/built-in.ts'

// Documents contradict each other only where their texts do: anything else here would be a mistake of ours.

const baselines = builtInBaselines().map((document) => loadBuiltIn(document))

const known = [
  // forced periodic change of passwords: demanded by the one (a6.1.3.d.2), forbidden by the other (1.6.10.no-force)
  ['ipa-sme no-forced-password-change', 'mod-proc forced-password-change'],
  ['ipa-sme accounts-without-forced-change', 'mod-proc accounts-with-password-expiry'],
]

it('finds the contradictions of the documents and no other', () => {
  const found = requirementConflicts(baselines).map((pair) =>
    pair.map(({ baseline, requirement }) => `${baseline.id} ${requirement.id}`).sort(),
  )
  expect(found.sort()).toEqual(known.map((pair) => [...pair].sort()).sort())
})
