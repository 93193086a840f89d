import type { YAMLError } from 'yaml'
import type { Says } from './excerpt.ts'

/** What the YAML library found wrong, said for a person who writes YAML twice a year. */
export function composeProblem(error: YAMLError, text: string): Says {
  const line = lineAt(text, error.pos[0])
  if (error.code === 'TAB_AS_INDENT' || /^[ ]*\t/.test(line)) return tab
  return messages[error.code] ?? general(error)
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  return text.slice(start, end === -1 ? undefined : end)
}

const tab: Says = {
  what: { ja: '字下げにタブが使われている', en: 'a tab is used for indentation' },
  expected: { ja: '半角の空白で字下げする（1段につき2つ）', en: 'spaces, two for each level' },
}

const messages: Readonly<Record<string, Says>> = {
  BAD_INDENT: {
    what: { ja: '字下げが揃っていない', en: 'the indentation does not fit' },
    expected: { ja: '同じ段の項目は同じ桁から始める', en: 'items of one level start in the same column' },
  },
  BLOCK_AS_IMPLICIT_KEY: {
    what: {
      ja: '1行に「キー: 値」が2つある、または字下げが揃っていない',
      en: 'two “key: value” on one line, or the indentation does not fit',
    },
    expected: {
      ja: '1行に1つ。値に「: 」を含むときは引用符で囲む',
      en: 'one a line; put a value that holds “: ” in quotes',
    },
  },
  BLOCK_IN_FLOW: {
    what: { ja: '{ } や [ ] の中に段組みの値がある', en: 'an indented block inside { } or [ ]' },
    expected: { ja: '{ } と [ ] の中も同じ書き方にする', en: 'the short form inside { } and [ ] too' },
  },
  MISSING_CHAR: {
    what: {
      ja: '記号が足りない（引用符・括弧・カンマ・コロンのいずれか）',
      en: 'a mark is missing: a quote, a bracket, a comma or a colon',
    },
    expected: {
      ja: '引用符と括弧を閉じ、項目を「, 」で区切る',
      en: 'close quotes and brackets, and put “, ” between items',
    },
  },
  MULTILINE_IMPLICIT_KEY: {
    what: { ja: 'キーの後の「:」がない', en: 'a key without “:”' },
    expected: { ja: 'キー: 値（コロンの後に半角の空白）', en: 'key: value, with a space after the colon' },
  },
  UNEXPECTED_TOKEN: {
    what: { ja: 'ここには書けない物がある', en: 'something that can not stand here' },
    expected: {
      ja: '「キー: 値」または「- 値」。記号で始まる値は引用符で囲む',
      en: '“key: value” or “- value”; put values that start with a mark in quotes',
    },
  },
  BAD_SCALAR_START: {
    what: { ja: '値がこの記号では始められない', en: 'a value can not start with this mark' },
    expected: { ja: '値を引用符で囲む', en: 'put the value in quotes' },
  },
  BAD_ALIAS: {
    what: { ja: '別名（*名前）の書き方が正しくない', en: 'not a valid alias (*name)' },
    expected: { ja: '* で始まる値は引用符で囲む', en: 'put a value that starts with * in quotes' },
  },
  BAD_DQ_ESCAPE: {
    what: { ja: '"…" の中の「\\」の使い方が正しくない', en: 'a wrong “\\” inside "…"' },
    expected: {
      ja: "'…' で囲む（「\\」がそのまま使える）、または「\\\\」と書く",
      en: "use '…', where “\\” is itself, or write “\\\\”",
    },
  },
  BAD_DIRECTIVE: {
    what: { ja: '「%」で始まる行は使えない', en: 'a line that starts with “%” is not allowed' },
    expected: { ja: 'この行を消す', en: 'delete the line' },
  },
  KEY_OVER_1024_CHARS: {
    what: { ja: 'キーが長すぎる', en: 'the key is too long' },
    expected: { ja: '1024 文字以下のキー', en: 'at most 1024 characters' },
  },
  TAG_RESOLVE_FAILED: {
    what: { ja: 'YAML のタグ（!…）は使えない', en: 'YAML tags (!…) are not allowed' },
    expected: {
      ja: 'タグのない値。! で始まる値は引用符で囲む',
      en: 'the value without a tag; put a value that starts with ! in quotes',
    },
  },
}

/** The library's own code is enough to look the rest up; its message could quote a secret. */
const general = (error: YAMLError): Says => ({
  what: { ja: `YAML として読めない（${error.code}）`, en: `not valid YAML (${error.code})` },
  expected: { ja: '「キー: 値」または「- 値」', en: '“key: value” or “- value”' },
})
