import { describe, expect, it, test } from 'vitest'
import { outsideCode } from '../../src/text/testing/markdown.ts'
import { plainOptions, rendered } from '../testing/render.ts'
import { cleanMachine, fleet, hostile, manyComponents, oneMachine } from '../testing/samples.ts'
import { markdown } from './index.ts'

const samples = { oneMachine, cleanMachine, hostile, fleet }

for (const [name, result] of Object.entries(samples)) {
  test.each(['ja', 'en'] as const)(`${name} in %s is as its golden file`, async (lang) => {
    const text = await rendered(markdown, result, plainOptions(lang))
    await expect(text).toMatchFileSnapshot(`fixtures/${name}.${lang}.md`)
  })
}

describe('hostile names in Markdown', () => {
  it('give no tag, link, picture or mention outside code', async () => {
    const text = await rendered(markdown, hostile, plainOptions('en', { verbose: true }))
    const outside = text.split('\n').map(outsideCode).join('\n')
    expect(outside).not.toMatch(/[<@`]|\]\(|:\/\//)
  })

  it('break no table: every line of one has as many cells as its title line', async () => {
    const text = await rendered(markdown, hostile, plainOptions('en'))
    let columns = 0
    for (const line of text.split('\n')) {
      if (!line.startsWith('| ')) continue
      const cells = line.split('|').length
      if (/^\| (Baseline|Severity|Needs)/.test(line)) columns = cells
      expect(cells).toBe(columns)
    }
    expect(columns).toBeGreaterThan(0)
  })
})

it('fits a comment on a forge, however many components fail', async () => {
  expect((await rendered(markdown, manyComponents(5000), plainOptions('ja'))).length).toBeLessThan(65_536)
})

it('leaves failing requirements out when only others are asked for', async () => {
  const text = await rendered(markdown, oneMachine, plainOptions('en', { only: new Set(['unknown']) }))
  expect(text).not.toContain('To be put right')
  expect(text).toContain('Could not be checked')
})
