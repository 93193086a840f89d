import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  compareDebian,
  compareDotted,
  compareRpm,
  compareRpmPart,
  compareVersions,
  type VersionScheme,
} from './index.ts'

const piece = fc.constantFrom(
  '0',
  '1',
  '9',
  '10',
  '007',
  'a',
  'b',
  'rc',
  'Z',
  '.',
  '+',
  '~',
  '~~',
  '^',
  '-',
  ':',
  '1:',
  '_',
  '',
)
const version = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
const installed = (command: string) => spawnSync(command, ['--version']).status === 0

describe('every scheme orders any text totally', () => {
  test.each<VersionScheme>(['deb', 'rpm', 'dotted'])('%s', (scheme) => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const ab = compareVersions(scheme, a, b)
        expect(Math.sign(compareVersions(scheme, b, a))).toBe(0 - Math.sign(ab))
        expect(compareVersions(scheme, a, a)).toBe(0)
        if (ab <= 0 && compareVersions(scheme, b, c) <= 0) expect(compareVersions(scheme, a, c)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('Debian versions', () => {
  it('puts a tilde before everything, the end included', () => {
    const order = ['1.0~~', '1.0~~a', '1.0~', '1.0', '1.0-1', '1.0a', '1.0+b1', '1.0.1', '1:0.1']
    for (let i = 1; i < order.length; i += 1) expect(compareDebian(order[i - 1] ?? '', order[i] ?? '')).toBeLessThan(0)
  })
  it('compares numbers by value, however long', () => {
    expect(compareDebian('2.36-9+deb12u9', '2.36-9+deb12u14')).toBeLessThan(0)
    expect(compareDebian('99999999999999999999', '100000000000000000000')).toBeLessThan(0)
  })
  test.skipIf(!installed('dpkg'))('agree with dpkg --compare-versions', () => {
    const valid = fc
      .tuple(
        fc.constantFrom('', '0:', '1:'),
        fc.array(fc.constantFrom('0', '1', '9', '10', 'a', 'Z', '.', '+', '~'), { maxLength: 6 }),
        fc.constantFrom('', '-0', '-1', '-1~bpo', '-1+b2'),
      )
      .map(([epoch, middle, revision]) => `${epoch}1${middle.join('')}${revision}`)
    fc.assert(
      fc.property(valid, valid, (a, b) => {
        const ours = compareDebian(a, b)
        const operator = ours < 0 ? 'lt' : ours > 0 ? 'gt' : 'eq'
        expect(spawnSync('dpkg', ['--compare-versions', a, operator, b]).status, `${a} ${operator} ${b}`).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('RPM versions', () => {
  it('puts a tilde before the end and a caret after it, but before more', () => {
    const order = ['1.0~rc1', '1.0', '1.0^git1', '1.0.1', '1.1']
    for (let i = 1; i < order.length; i += 1) expect(compareRpmPart(order[i - 1] ?? '', order[i] ?? '')).toBeLessThan(0)
  })
  it('weighs the epoch first and the release last', () => {
    expect(compareRpm('1:1.0-1', '0:9.0-1')).toBeGreaterThan(0)
    expect(compareRpm('5.14.0-427.el9', '5.14.0-503.el9')).toBeLessThan(0)
    expect(compareRpm('1.0-1', '0:1.0-1')).toBe(0)
  })
  test.skipIf(!installed('rpm'))('agree with rpm.vercmp', () => {
    const text = fc
      .array(fc.constantFrom('0', '1', '10', '007', 'a', 'b', 'Z', '.', '_', '+', '~', '^'), {
        minLength: 1,
        maxLength: 7,
      })
      .map((all) => all.join(''))
    const pairs = fc.sample(fc.tuple(text, text), 400)
    const lua = pairs.map(([a, b]) => `print(rpm.vercmp("${a}","${b}") .. " ")`).join(' ')
    const answer = spawnSync('rpm', ['--eval', `%{lua: ${lua}}`], { encoding: 'utf8' })
    const theirs = answer.stdout.trim().split(/\s+/).map(Number)
    expect(theirs).toHaveLength(pairs.length)
    pairs.forEach(([a, b], i) => expect(Math.sign(compareRpmPart(a, b)), `${a} against ${b}`).toBe(theirs[i]))
  })
})

describe.skipIf(!installed('rpm'))('whole RPM versions', () => {
  it('agree with rpm.ver', () => {
    const number = fc.constantFrom('0', '1', '2', '10', '1.2', '1.2.0', '1a', '1~rc1', '1^git2')
    const evr = fc
      .tuple(
        fc.constantFrom('', '0:', '1:'),
        number,
        fc.option(fc.constantFrom('1', '3.el9', '3.el9_4', '10'), { nil: '' }),
      )
      .map(([epoch, version, release]) => `${epoch}${version}${release === '' ? '' : `-${release}`}`)
    const pairs = fc.sample(fc.tuple(evr, evr), 400)
    const lua = pairs
      .map(
        ([a, b]) =>
          `do local a, b = rpm.ver("${a}"), rpm.ver("${b}"); print((a < b and -1 or a > b and 1 or 0) .. " ") end`,
      )
      .join(' ')
    const answer = spawnSync('rpm', ['--eval', `%{lua: ${lua}}`], { encoding: 'utf8' })
    const theirs = answer.stdout.trim().split(/\s+/).map(Number)
    expect(theirs).toHaveLength(pairs.length)
    pairs.forEach(([a, b], i) => expect(Math.sign(compareRpm(a, b)), `${a} against ${b}`).toBe(theirs[i]))
  })
})

describe('dotted versions', () => {
  it('takes a missing part for zero and text for a forerunner', () => {
    expect(compareDotted('16.0.35907', '16.0.35907.0')).toBe(0)
    expect(compareDotted('1.10', '1.9')).toBeGreaterThan(0)
    expect(compareDotted('v1.2.0-rc1', '1.2.0')).toBeLessThan(0)
  })
})
