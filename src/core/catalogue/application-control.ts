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
  integrity: {
    type: 'text',
    stricter: 'none',
    ja: '許可した物の同一性の確かめ方',
    en: 'How a listed file is recognised',
    values: ['none', 'size', 'ima', 'sha256'],
    descriptionJa:
      '許可したファイルが別の物に替わっていないかを、実行のたびに何で確かめるか。none は置き場所だけ、size は大きさまで、ima と sha256 は中身のハッシュまでを見る。',
    descriptionEn:
      'What is compared at every execution to tell a listed file from another in its place: nothing but the path (none), its size, or a hash of its content (ima, sha256).',
    kinds: everything,
  },
  'trusted-files': {
    type: 'set',
    stricter: 'smaller-set',
    ja: 'パッケージのほかに許可したファイル',
    en: 'Files allowed besides packages',
    descriptionJa: '管理者が個別に実行を許可したファイルの場所。',
    descriptionEn: 'Paths of files that the administrator has allowed one by one.',
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
