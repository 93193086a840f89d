import type { LocalText } from '../../src/core/text.ts'

/** Words of the JUnit report. */
export const messages = {
  title: { ja: 'JUnit XML（CI用）', en: 'JUnit XML (for CI)' },
  found: { ja: '現在', en: 'found' },
  asked: { ja: '要求', en: 'asked' },
  remedy: { ja: '対処', en: 'do' },
  why: { ja: '理由', en: 'why' },
  needs: { ja: '必要', en: 'needs' },
  partial: { ja: '条項の一部のみを確認', en: 'covers part of the clause' },
  clauses: { ja: '条項', en: 'clauses' },
  evidence: { ja: '証跡', en: 'evidence' },
  component: { ja: '構成要素', en: 'component' },
  version: { ja: '版', en: 'version' },
  severity: { ja: '重要度', en: 'severity' },
} as const satisfies Readonly<Record<string, LocalText>>
