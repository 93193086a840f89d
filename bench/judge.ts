import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Requirement } from '../src/core/baseline.ts'
import { settings } from '../src/core/catalogue/index.ts'
import type { Setting } from '../src/core/catalogue/define.ts'
import type { Fact, Row, Value } from '../src/core/fact.ts'
import { type JudgedBaseline, judgeComponent } from '../src/core/judge.ts'
import type { Verdict } from '../src/core/run.ts'
import type { Snapshot } from '../src/core/snapshot.ts'
import { machineLine, option } from './measure.ts'

const evidence = [{ source: 'generated', at: '1' }]
const title = { ja: '測定用', en: 'for measurement' }

/** Numbers that repeat, so that two runs judge the same components (xorshift, 32 bits). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

const usable = [...settings.values()].filter(
  (setting) => ['number', 'duration', 'boolean'].includes(setting.type) && setting.kinds.includes('server'),
)

/** Ninety requirements on settings and ten on rows of accounts, as real baselines mix them. */
function requirementsOf(count: number): readonly Requirement[] {
  return Array.from({ length: count }, (_, at): Requirement => {
    const common = {
      id: `requirement-${at}`,
      title,
      severity: 'medium' as const,
      controls: ['bench.1'],
      rationale: title,
      remedy: {},
    }
    const setting = usable[at % usable.length]
    if (at % 10 === 9 || !setting) {
      return {
        ...common,
        each: 'account',
        where: { kind: 'subject', subject: 'enabled', condition: { kind: 'test', operator: 'equals', operand: true } },
        expect: {
          kind: 'subject',
          subject: 'password-set',
          condition: { kind: 'test', operator: 'equals', operand: true },
        },
      }
    }
    const condition =
      setting.type === 'boolean'
        ? ({ kind: 'test', operator: 'equals', operand: true } as const)
        : ({ kind: 'test', operator: 'at-most', operand: 500 } as const)
    return { ...common, expect: { kind: 'subject', subject: setting.id, condition } }
  })
}

function valueOf(setting: Setting, random: () => number): Value {
  return setting.type === 'boolean' ? random() % 4 > 0 : random() % 1000
}

/** One server with a fact of every usable setting and twelve accounts. */
function componentOf(position: number): Snapshot {
  const random = numbers(position + 1)
  const facts = usable.map(
    (setting): Fact =>
      random() % 50 === 0
        ? { setting: setting.id, state: 'unreadable', why: title, evidence }
        : { setting: setting.id, state: 'known', value: valueOf(setting, random), origin: 'configured', evidence },
  )
  const rows = Array.from(
    { length: 12 },
    (_, at): Row => ({
      key: `account-${at}`,
      name: `account-${at}`,
      fields: { enabled: random() % 3 > 0, 'password-set': random() % 20 > 0 },
    }),
  )
  return {
    component: {
      id: `server:${position}`,
      kind: 'server',
      name: `server-${position}`,
      platform: 'linux/generated',
      identifiers: [],
      observedAt: '2026-11-20T00:00:00Z',
    },
    facts,
    scopes: [],
    populations: [],
    tables: [{ type: 'account', rows, complete: true, evidence }],
    gaps: [],
  }
}

/**
 * Judges many generated components one after the other, as a scan does. Heap is sampled while it runs, and measured
 * after a collection at a tenth, half and the end: what stays must not grow with the number of components.
 */
export async function judge(words: readonly string[]): Promise<void> {
  const components = option(words, '--components', 100_000)
  const count = option(words, '--requirements', 100)
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('this Node.js has no gc()')
  const baselines: readonly JudgedBaseline[] = [{ id: 'bench', root: 'bench', requirements: requirementsOf(count) }]
  const totals: Record<Verdict, number> = { pass: 0, fail: 0, unknown: 0, excepted: 0, 'not-applicable': 0 }
  const marks = new Map([0.1, 0.5, 1].map((part) => [Math.round(components * part), part]))
  const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  console.log(`${machineLine()}; ${components} components × ${count} requirements`)
  let peak = 0
  let findings = 0
  let spent = 0
  for (let position = 0; position < components; position += 1) {
    const snapshot = componentOf(position)
    const began = performance.now()
    for (const finding of judgeComponent(snapshot, baselines)) {
      totals[finding.verdict] += 1
      findings += 1
    }
    spent += performance.now() - began
    if (position % 100 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed)
    const part = marks.get(position + 1)
    if (part === undefined) continue
    collect()
    console.log(
      `${Math.round(part * 100)} %: peak heap ${mebibytes(peak)}, after collection ${mebibytes(process.memoryUsage().heapUsed)}`,
    )
    peak = 0
  }
  const seconds = spent / 1000
  console.log(`${findings} findings in ${seconds.toFixed(1)} s of judging: ${Math.round(findings / seconds)} a second`)
  console.log(
    Object.entries(totals)
      .map(([verdict, number]) => `${verdict} ${number}`)
      .join(', '),
  )
}
