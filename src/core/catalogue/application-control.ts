import { family } from './define.ts'
import { endpoints, everything } from './kinds.ts'

/** Control of what may run. */
export const applicationControl = family('application-control', {
  mode: {
    type: 'text',
    stricter: 'none',
    ja: '実行制御の働き',
    en: 'What application control does',
    values: ['off', 'audit', 'enforced'],
    descriptionJa: '許可した（または禁止していない）プログラムだけを実行させる仕組みの状態。',
    descriptionEn: 'State of the mechanism that lets only allowed programs run.',
    kinds: everything,
  },
  engine: {
    type: 'text',
    stricter: 'none',
    ja: '実行制御の仕組み',
    en: 'Application control engine',
    kinds: everything,
  },
  'allow-list': {
    type: 'boolean',
    stricter: 'true',
    ja: '許可した物だけを実行できる',
    en: 'Only listed software can run',
    kinds: everything,
  },
  confinement: {
    type: 'text',
    stricter: 'none',
    ja: '強制アクセス制御の働き',
    en: 'What mandatory access control does',
    values: ['off', 'audit', 'enforced'],
    kinds: endpoints,
  },
  'confinement-engine': {
    type: 'text',
    stricter: 'none',
    ja: '強制アクセス制御の仕組み',
    en: 'Mandatory access control engine',
    kinds: endpoints,
  },
  'installation-restricted': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ソフトの導入を管理者に限る',
    en: 'Only administrators can install software',
    kinds: everything,
  },
})
