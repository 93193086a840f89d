import { Fault } from '../../src/core/fault.ts'
import { referencePattern } from '../../src/core/reference.ts'
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
        type: ['string', 'boolean'],
        pattern: '^/[\\w./-]+$',
        description:
          '管理者が置いた収集スクリプトの絶対パス（sudo で動かす）、または何でも sudo できるアカウントなら true / Absolute path of the collector that the administrator installed, run through sudo; or true for an account that may run anything through sudo',
      },
      // words of the common vocabulary: SSH
      host: {},
      port: {},
      username: {},
      'identity-file': {},
      jump: {},
      'known-hosts': {},
      credentials: {
        type: 'object',
        additionalProperties: false,
        properties: {
          password: {
            type: 'string',
            pattern: referencePattern,
            description: 'パスワードへの参照（env:・file:・exec:） / Reference to the password: env:, file: or exec:',
          },
          passphrase: {
            type: 'string',
            pattern: referencePattern,
            description:
              '秘密鍵のパスフレーズへの参照（env:・file:・exec:） / Reference to the passphrase of the private key: env:, file: or exec:',
          },
        },
        description: '認証情報への参照（password・passphrase） / References to credentials: password, passphrase',
      },
    },
    if: { required: ['host'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
    then: {
      properties: { here: { const: false, description: 'here か host のどちらか一方 / here or host, not both' } },
    },
  },
  observes: observesLinux,
  permissions: [
    {
      what: '/bin/sh -s (collector/*.sh)',
      why: {
        ja: '設定を読む。書き込み・送信はしない。離れた機械では SSH の1チャネルで動かす',
        en: 'reads settings; writes nothing, sends nothing; on another machine over one SSH channel',
      },
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
