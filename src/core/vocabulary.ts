import type { Severity } from './baseline.ts'
import type { LocalText } from './text.ts'

/** Words of closed vocabularies that mean the same wherever they occur. Names of algorithms and formats stay as they are. */
export const vocabulary: Readonly<Record<string, LocalText>> = {
  always: { ja: '常に', en: 'always' },
  conditional: { ja: '条件付き', en: 'conditional' },
  off: { ja: '無効', en: 'off' },
  audit: { ja: '監査のみ', en: 'audit only' },
  enforced: { ja: '強制', en: 'enforced' },
  allow: { ja: '許可', en: 'allow' },
  deny: { ja: '拒否', en: 'deny' },
  permit: { ja: '許可', en: 'permit' },
  none: { ja: 'なし', en: 'none' },
  success: { ja: '成功', en: 'success' },
  failure: { ja: '失敗', en: 'failure' },
  'success-and-failure': { ja: '成功と失敗', en: 'success and failure' },
  unknown: { ja: '不明', en: 'unknown' },
  other: { ja: 'その他', en: 'other' },
  upper: { ja: '英大文字', en: 'upper case' },
  lower: { ja: '英小文字', en: 'lower case' },
  digit: { ja: '数字', en: 'digit' },
  special: { ja: '記号', en: 'symbol' },
  no: { ja: '不可', en: 'no' },
  yes: { ja: '可', en: 'yes' },
  'key-only': { ja: '公開鍵のみ', en: 'keys only' },
  'forced-commands-only': { ja: '指定した命令のみ', en: 'forced commands only' },
  blocked: { ja: '遮断', en: 'blocked' },
  allowed: { ja: '許可', en: 'allowed' },
  'allow-list': { ja: '許可一覧のみ', en: 'allow list only' },
}

/** Words for severities. */
export const severityWords: Readonly<Record<Severity, LocalText>> = {
  critical: { ja: '重大', en: 'critical' },
  high: { ja: '高', en: 'high' },
  medium: { ja: '中', en: 'medium' },
  low: { ja: '低', en: 'low' },
  info: { ja: '参考', en: 'info' },
}
