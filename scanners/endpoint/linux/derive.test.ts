import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../src/core/fact.ts'
import { deriveDefaults } from './derive.ts'
import { inapplicable, known, unread } from './interpret/contribution.ts'

const setting = 'mfa.required-for-all'
const line = (key: string) => ({ kind: 'line', key }) as const
const why = { ja: '読めない', en: 'denied' }
const on = (key: string): Fact => known(setting, true, [{ source: key }], 'configured', line(key))
const off = (key: string): Fact => known(setting, false, [{ source: key }], 'configured', line(key))
const lost = (key: string): Fact => unread(setting, { why }, [{ source: key }], line(key))
const none = (key: string): Fact => inapplicable(setting, why, [{ source: key }], line(key))

const derived = (...facts: readonly Fact[]): unknown => {
  const fact = deriveDefaults(facts).facts.find((one) => one.setting === setting)
  return fact?.state === 'known' ? fact.value : fact?.state
}

describe('a second factor for every account', () => {
  it('is there only when every way in demands it', () => {
    expect(derived(on('console'), on('ssh'))).toBe(true)
    expect(derived(on('console'), off('ssh'))).toBe(false)
    expect(derived(on('console'), none('desktop'))).toBe(true)
    expect(derived(none('console'), none('ssh'))).toBe('inapplicable')
  })
  it('is not known while one way in is not, unless another lacks it for certain', () => {
    expect(derived(on('console'), lost('ssh'))).toBe('unreadable')
    expect(derived(none('console'), lost('ssh'))).toBe('unreadable')
    expect(derived(off('console'), lost('ssh'))).toBe(false)
  })
  it('says what it came from, and leaves a default alone that was read', () => {
    const [fact] = deriveDefaults([on('ssh'), off('console')]).facts
    expect(fact?.derivedFrom).toEqual([`${setting}[line:console]`, `${setting}[line:ssh]`])
    expect(fact?.evidence).toEqual([{ source: 'ssh' }, { source: 'console' }])
    expect(deriveDefaults([known(setting, true, []), off('ssh')]).facts).toEqual([])
  })
  it('is claimed for nobody when nothing was read of any way in', () => {
    expect(deriveDefaults([])).toEqual({ facts: [], populations: [] })
  })
})
