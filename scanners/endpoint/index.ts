import { Fault } from '../../src/core/fault.ts'
import type { Scanner } from '../../src/core/scanner.ts'
import { collectLinux } from './linux/collect.ts'
import { interpretLinux, observesLinux } from './linux/interpret.ts'

/** Servers and workstations. Linux today; the folder beside `linux/` is where Windows and macOS will stand. */
export const endpoint: Scanner = {
  id: 'endpoint',
  platforms: ['linux'],
  title: { ja: '端末・サーバ', en: 'Servers and workstations' },
  optionsSchema: {
    type: 'object',
    properties: {
      here: {
        type: 'boolean',
        description: 'この機械を調べる / Scan the machine that seisa runs on',
      },
      sudo: {
        type: 'string',
        pattern: '^/[\\w./-]+$',
        description:
          '管理者が置いた収集スクリプト（sudo で動かす） / Collector script installed by the administrator, run through sudo',
      },
    },
  },
  observes: observesLinux,
  permissions: [
    {
      what: '/bin/sh -s (collector/*.sh)',
      why: { ja: '設定を読む。書き込み・送信はしない', en: 'reads settings; writes nothing, sends nothing' },
      needs: {
        ja: '一般利用者でも動く。全てを読むには root か、このスクリプトだけを許す sudo',
        en: 'runs as an ordinary user; root, or sudo for exactly this script, reads everything',
      },
    },
  ],
  collect: (target, request) => {
    if ((target.platform ?? 'linux') !== 'linux') {
      throw new Fault('configuration', {
        ja: `対象 ${target.name}: platform は linux だけです`,
        en: `target ${target.name}: the only platform is linux`,
      })
    }
    return collectLinux(target, request)
  },
  interpret: interpretLinux,
}
