import { family } from './define.ts'
import { endpoints } from './kinds.ts'

/** Hosting of virtual machines and containers. */
export const virtualisation = family('virtualisation', {
  host: {
    type: 'boolean',
    stricter: 'none',
    ja: '仮想マシンを動かしている',
    en: 'Runs virtual machines',
    kinds: endpoints,
  },
  'guests-confined': {
    type: 'boolean',
    stricter: 'true',
    ja: '仮想マシンを互いに隔離',
    en: 'Virtual machines are confined from each other',
    kinds: endpoints,
  },
  'shared-folders': {
    type: 'boolean',
    stricter: 'false',
    ja: '仮想マシンと共有するフォルダ',
    en: 'Folders are shared with virtual machines',
    kinds: endpoints,
  },
})
