import type { Says } from './excerpt.ts'
import { versionForms } from './software-list-version.ts'

/** What is said of the cells of a software list. */
const either = (ja: string, en: string, what: Says['what']): Says => ({ what, expected: { ja, en } })
export const badStatus = either(
  '許可 または 禁止（○、×、allow、deny、ホワイト、ブラック も可）',
  'allow or deny, or the words of the documents for them',
  {
    ja: '許可か禁止か分からない',
    en: 'neither allowed nor forbidden',
  },
)
export const badState = either('有効 または 廃止', 'active or retired, or the words of the documents for them', {
  ja: '有効か廃止か分からない',
  en: 'neither active nor retired',
})
export const badRole = either('管理業務従事者、その他、または空（両方）', 'administrator, user, or nothing for both', {
  ja: '対象者の区分が分からない',
  en: 'a role that is not known',
})
export const badScheme = either('deb、rpm、dotted、または空', 'deb, rpm, dotted or nothing', {
  ja: '版の順序が分からない',
  en: 'an ordering of versions that is not known',
})
export const badTruth = either('true または false', 'true or false', {
  ja: '真偽の値でない',
  en: 'neither true nor false',
})
export const badId = either('英数字と . _ - だけの id', 'an id of letters, digits, . _ -', {
  ja: 'id に使えない文字がある',
  en: 'not an id',
})
export const badHash = either('SHA-256（16進64桁）', 'SHA-256: 64 hexadecimal digits', {
  ja: 'SHA-256 のハッシュ値でない',
  en: 'not a SHA-256 hash',
})
export const notName = either('名前（文字列）', 'a name, as text', {
  ja: '名前でなく日付などになっている',
  en: 'a date or the like instead of a name',
})
export const severalNames = either('1行に1つの名前', 'one name a row', {
  ja: '1つのセルに名前が2つ以上ある',
  en: 'several names in one cell',
})
export const versionNumber: Says = {
  what: {
    ja: 'セルが数値か日付になっている（1.10 は 1.1 になる）',
    en: 'the cell is a number or a date (1.10 has become 1.1)',
  },
  expected: {
    ja: `セルの表示形式を「文字列」にして入力し直す。${versionForms.ja}`,
    en: `format the cell as text and type it again: ${versionForms.en}`,
  },
}
export const dressedNumber: Says = {
  what: {
    ja: '表示形式で文字などを付けた数値である（見えている通りには読めない）',
    en: 'a number that a format shows with other characters, which are not read',
  },
  expected: versionNumber.expected,
}
export const severalLines = either('1行の文字列（セルの中の改行を消す）', 'one line, without line breaks', {
  ja: 'セルの中に改行がある',
  en: 'a line break in the cell',
})
export const inTitle = either(
  'この列を表に加える、または表から消して seisa.yaml の role: や for: に書く',
  'a column of its own; or delete it and say role: or for: in seisa.yaml',
  {
    ja: '題名にだけ書かれていて、どの行にも効かない',
    en: 'said in the title only, where it has no effect on the rows',
  },
)
export const twoIdentities = either('どちらか1つ（もう一方は備考の列へ）', 'one of them; the other belongs in a note', {
  ja: '識別の列と違うことが書かれている',
  en: 'not what the column for identification says',
})
export const mixedComponents = either(
  '種類（サーバ）、札（role=web）、名前のうち1種類。ほかは別の行に',
  'kinds, one label, or names; the others in rows of their own',
  {
    ja: '違う種類の指定が1つのセルにある',
    en: 'different sorts of choice in one cell',
  },
)
export const noCondition = either('理由・制限条件の列に条件を書く', 'the condition, in the column for reasons', {
  ja: '条件付きなのに条件が書かれていない',
  en: 'allowed under a condition that is not written down',
})
export const noHeading = either('1行目の見出し', 'a heading in the first row', {
  ja: '見出しのない列に値がある',
  en: 'a value in a column without a heading',
})
export const noRows = either('見出しの下に1行に1項目', 'one entry a row below the headings', {
  ja: '項目が1つもない',
  en: 'there is no entry',
})
export const noName = either('「ソフトウェア名」の列', 'a column “name”', {
  ja: 'ソフトウェアの名前の列がない',
  en: 'no column says which software is meant',
})
export const noStatus = either(
  '「区分」（許可／禁止）の列、または seisa.yaml の status: allow（deny）',
  'a column “status” (allow or deny), or status: allow (or deny) in seisa.yaml',
  {
    ja: '許可の一覧か禁止の一覧か分からない',
    en: 'nothing says whether the list allows or forbids',
  },
)
export const twoColumns = (first: string): Says => ({
  what: { ja: `同じ意味の列が2つある（「${first}」と）`, en: `two columns of one meaning (the other is “${first}”)` },
  expected: { ja: 'どちらか1つ（もう一方は見出しを 備考: … に）', en: 'one of them (rename the other “note: …”)' },
})
