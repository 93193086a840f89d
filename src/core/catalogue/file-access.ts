import { family } from './define.ts'
import { endpoints } from './kinds.ts'

/** Rights on files. */
export const fileAccess = family('file-access', {
  'world-writable-files': {
    type: 'number',
    stricter: 'lower',
    ja: '誰でも書けるファイルの数',
    en: 'World-writable files',
    unit: 'files',
    descriptionJa: '--deep を付けたときだけ調べる。',
    descriptionEn: 'Only read with --deep.',
    kinds: endpoints,
  },
  'unowned-files': {
    type: 'number',
    stricter: 'lower',
    ja: '所有者のないファイルの数',
    en: 'Files without an owner',
    unit: 'files',
    descriptionJa: '--deep を付けたときだけ調べる。',
    descriptionEn: 'Only read with --deep.',
    kinds: endpoints,
  },
  'packages-intact': {
    type: 'boolean',
    stricter: 'true',
    ja: '導入した物の内容が改変されていない',
    en: 'Installed files match their packages',
    descriptionJa: '--deep を付けたときだけ調べる。',
    descriptionEn: 'Only read with --deep.',
    kinds: endpoints,
  },
})
