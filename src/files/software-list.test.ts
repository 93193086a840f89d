import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import type { SoftwareList } from '../core/software/list.ts'
import { formatProblems, problemsOf } from './problems.ts'
import { readSoftwareList, type TableListOptions } from './software-list.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-lists-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
async function read(
  content: string | Uint8Array,
  name = 'list.csv',
  options?: TableListOptions,
): Promise<SoftwareList> {
  files += 1
  const path = join(folder, `${files}-${name}`)
  writeFileSync(path, content)
  return readSoftwareList(path, { ...options, shownAs: name })
}
const refusal = async (...given: Parameters<typeof read>): Promise<string> =>
  read(...given).then(
    () => 'nothing',
    (error: unknown) =>
      formatProblems(problemsOf(error) ?? [], 'en')
        .replaceAll(`${folder}/`, '')
        .replaceAll(/^\d+-/gm, ''),
  )
const entry = async (columns: string, cells: string, options?: TableListOptions) =>
  (await read(`${columns}\n${cells}\n`, 'list.csv', options)).entries[0]

describe('a table after the columns of a document', () => {
  it('of IPA for small companies is read as it stands', async () => {
    const list = await read(
      [
        '対象ID・名称,バージョン,区分（許可／禁止）,理由・制限条件,有効期限,ステータス（有効／廃止）',
        'nginx,1.22以上,許可,公開Web,令和9年3月31日,有効',
        'SW-3：winny,,禁止,情報漏えい,,廃止',
      ].join('\r\n'),
      'ipa.csv',
    )
    expect(list).toMatchObject({ unlisted: 'forbidden', severity: { unlisted: 'medium', forbidden: 'high' } })
    expect(list.entries).toEqual([
      {
        id: expect.stringMatching(/^nginx-[0-9a-f]{8}$/),
        status: 'allow',
        state: 'active',
        match: { name: 'nginx' },
        versions: { atLeast: '1.22' },
        reason: '公開Web',
        validUntil: '2027-03-31',
        at: 'ipa.csv:2',
      },
      { id: 'SW-3', status: 'deny', state: 'retired', match: { name: 'winny' }, reason: '情報漏えい', at: 'ipa.csv:3' },
    ])
  })

  it('of the defence procurement rules is read as it stands', async () => {
    const list = await read(
      [
        '構成要素,リスト種別（ホワイト／ブラック）,対象者区分（管理業務従事者／その他）,ソフトウェア名,版,発行元,識別（ハッシュ・署名者・パス）,理由,ベースライン版,登録日,承認者',
        `サーバ,ホワイト,管理業務従事者,nmap,全て,*@debian.org*,/usr/bin/nmap,診断,3,R8.4.1,山田`,
        `web-1、web-2,ブラック,その他,telnet,,,${'AB'.repeat(32)},平文,3,2026/4/1,山田`,
        'role=db,ホワイト,その他,psql,15,,Debian PostgreSQL Team,保守,3,46113,山田',
      ].join('\n'),
    )
    expect(list.entries.map((one) => ({ ...one, id: undefined }))).toEqual([
      {
        status: 'allow',
        state: 'active',
        match: { name: 'nmap', publisher: '*@debian.org*', path: '/usr/bin/nmap' },
        components: { kind: ['server'] },
        role: 'administrator',
        reason: '診断',
        registeredOn: '2026-04-01',
        approvedBy: '山田',
        note: 'ベースライン版: 3',
        at: 'list.csv:2',
      },
      expect.objectContaining({
        status: 'deny',
        match: { name: 'telnet', sha256: 'ab'.repeat(32) },
        components: { component: ['web-1', 'web-2'] },
        role: 'user',
        registeredOn: '2026-04-01',
      }),
      expect.objectContaining({
        match: { name: 'psql', publisher: 'Debian PostgreSQL Team' },
        versions: { atLeast: '15' },
        components: { label: { role: 'db' } },
        registeredOn: '2026-04-01',
      }),
    ])
  })

  it('of NITE and of the airports is read as it stands', async () => {
    expect(
      await entry(
        '区分（許可／禁止）,ソフトウェア名,版,発行元,対象端末,理由,登録日',
        '○,vim,9以上,,全端末,編集,2026-04-01',
      ),
    ).toMatchObject({ status: 'allow', match: { name: 'vim' }, components: { kind: ['workstation'] } })
    // NITE 第55条第2項 has no column for allow or deny: it lists what servers use
    expect(await entry('サーバ,ソフトウェア名,版,用途,登録日', 'web1,nginx,1.22,公開Web,2026-04-01')).toMatchObject({
      status: 'allow',
      versions: { atLeast: '1.22' },
      reason: '公開Web',
      components: { component: ['web1'] },
    })
    expect(
      await entry('区分（許可／禁止）,ソフトウェア名,版,理由,登録日,見直し日', '許可,vim,全て,編集,,2027-04-01'),
    ).toMatchObject({
      note: '見直し日: 2027-04-01',
    })
    expect(
      await entry(
        '区分,ソフトウェア名,版,サポート状況,外部との通信,同時に入るソフト,その他のリスク,登録日',
        '×,telnetd,,終了,あり,,平文,',
      ),
    ).toMatchObject({ status: 'deny', note: 'サポート状況: 終了\n外部との通信: あり\nその他のリスク: 平文' })
  })

  it('is the same list as a workbook, where a version that became a number is refused', async () => {
    const rows = (version: string | number) => [
      ['ソフトウェア許可一覧', null, null],
      ['区分', 'ソフトウェア名', '版'],
      ['許可', '　Ｎｇｉｎｘ　', version],
    ]
    const workbook = async (version: string | number) => writeXlsxFile(rows(version), { sheet: '一覧' }).toBuffer()
    expect((await read(await workbook('1.10'), 'a.xlsx')).entries).toEqual([
      expect.objectContaining({ match: { name: 'Ｎｇｉｎｘ' }, versions: { atLeast: '1.10' }, at: 'a.xlsx:一覧!3' }),
    ])
    expect(await refusal(await workbook(1.1), 'a.xlsx')).toContain('a.xlsx:一覧!C3: the cell is a number or a date')
    expect((await read(await workbook(16), 'a.xlsx')).entries[0]?.versions).toEqual({ atLeast: '16' })
  })
})

describe('a table', () => {
  it('never forbids less than somebody may have meant: one version without a range forbids all of them', async () => {
    const denied = await entry('区分,名称,版', '禁止,log4j,2.14')
    expect(denied).not.toHaveProperty('versions')
    expect(denied?.note).toContain('版「2.14」に範囲の指定がないため、全ての版を禁止とした')
    expect((await entry('区分,名称,版', '禁止,log4j,2.14以下'))?.versions).toEqual({ atMost: '2.14' })
  })

  it('says every mistake in one go, with its cell and what was meant', async () => {
    const said = await refusal(
      [
        '区分,ソフトウェア名,版,有効期限,対象者区分,状態,構成要素,識別',
        '△,a,最新,2026-02-30,誰か,休止,"サーバ, web1",d41d8cd98f00b204e9800998ecf8427e',
        '許可,*,,,,,,',
        '許可,b,1,,,,,',
        '許可,b,1,,,,,',
        ',c,,,,,,',
      ].join('\n'),
    )
    expect(said.split('\n').filter((line) => /^\S+:\d/.test(line))).toEqual([
      'list.csv:2:1: neither allowed nor forbidden',
      'list.csv:2:5: versions that can not be understood',
      'list.csv:2:8: there is no such day',
      'list.csv:2:19: a role that is not known',
      'list.csv:2:22: neither active nor retired',
      'list.csv:2:25: different sorts of choice in one cell',
      'list.csv:2:37: not a SHA-256 hash',
      'list.csv:3:4: this would allow any software at all',
      'list.csv:5:1: the same entry stands twice',
      'list.csv:6:1: neither allowed nor forbidden',
    ])
  })

  it('refuses a column that nobody knows, unless it is marked as a note', async () => {
    expect(await refusal('区分,ソフトウエア名\n許可,a\n')).toContain('did you mean “ソフトウェア名”?')
    expect(await refusal('区分,ソフトウェア名,調達番号\n許可,a,1\n')).toContain(
      'list.csv:1:12: a column of unknown meaning',
    )
    expect((await entry('区分,ソフトウェア名,備考：調達番号,備考', '許可,a,1,x'))?.note).toBe('備考：調達番号: 1\nx')
    expect(await refusal('区分,ソフトウェア名,名称\n許可,a,b\n')).toContain('two columns of one meaning')
    expect(await refusal('版,備考,区分\n1,a,許可\n')).toContain('no column says which software is meant')
  })

  it('without a column for it is neither a whitelist nor a blacklist until somebody says so', async () => {
    expect(await refusal('ソフトウェア名,版\na,1\n')).toContain('nothing says whether the list allows or forbids')
    expect(await read('ソフトウェア名,版\na,\n', 'x.csv', { status: 'deny' })).toMatchObject({
      unlisted: 'accepted',
      entries: [{ status: 'deny' }],
    })
    expect(await read('ソフトウェア名,版\na,\n', 'x.csv', { status: 'allow', unlisted: 'accepted' })).toMatchObject({
      unlisted: 'accepted',
      entries: [{ status: 'allow' }],
    })
  })

  it('is no whitelist because of a column 用途 when anything says that it forbids', async () => {
    expect((await read('ソフトウェア名,用途\na,x\n')).entries[0]?.status).toBe('allow')
    const question = 'nothing says whether the list allows or forbids'
    expect(await refusal('使用禁止ソフトウェア一覧,\nソフトウェア名,用途\na,x\n')).toContain(
      `list.csv:1:1: ${question}`,
    )
    expect(await refusal('許可,\nソフトウェア名,用途\na,x\n禁止ソフトウェア,\nb,x\n')).toContain(
      `list.csv:4:1: ${question}`,
    )
    expect(await refusal('ソフトウェア名,用途\na,x\n', 'ブラックリスト.csv')).toContain(question)
    expect(await refusal('ソフトウェア名,用途\na,x\nソフトウェア名,理由\nb,x\n')).toContain(
      'list.csv:3:1: there is a second row of headings',
    )
    const told = await read('使用禁止ソフトウェア一覧,\nソフトウェア名,用途\na,x\n', 'x.csv', { status: 'deny' })
    expect(told.entries[0]?.status).toBe('deny')
  })

  it('does not pass over what its title says of roles and components', async () => {
    for (const title of ['対象者区分：管理業務従事者,', '構成要素,全サーバ', '対象端末: 窓口']) {
      expect(await refusal(`${title}\nソフトウェア名,用途\na,x\n`)).toContain('list.csv:1:1: said in the title only')
    }
    for (const title of ['対象者区分：全て,', '構成要素,', '対象,本社'])
      expect((await read(`${title}\nソフトウェア名,用途\na,x\n`)).entries).toHaveLength(1)
    expect((await read('対象者区分：その他,,\nソフトウェア名,用途,対象者区分\na,x,その他\n')).entries).toHaveLength(1)
  })

  it('takes the row with the most headings for them, and a title that looks like one for a title', async () => {
    const text = '名称,サーバ許可一覧,版,1.2\n区分,ソフトウェア名,版,備考\n許可,a,1,\n'
    expect((await read(text)).entries).toEqual([expect.objectContaining({ match: { name: 'a' }, at: 'list.csv:3' })])
    expect(await refusal('題名,\n区分,ソフトウエア名\n許可,a\n')).toContain('list.csv:2:4: a column of unknown meaning')
  })

  it('refuses what looks like an entry and would come to nothing', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['区分,名称\n禁止,全て\n', 'a word for everything'],
      ['区分,名称\n禁止,上記以外すべて\n', 'a word for everything'],
      ['区分,名称\n禁止,telnetd:amd64\n', 'with its architecture'],
      ['区分,名称,形式\n禁止,a,deb+rpm\n', 'there is no package format “deb+rpm”'],
      ['区分,名称,発行元\n禁止,a,"Adobe\nInc."\n', 'a line break in the cell'],
      ['区分,名称,パス\n禁止,a,"/opt/a\n/opt/b"\n', 'a line break in the cell'],
    ]
    for (const [text, said] of cases) expect(await refusal(text)).toContain(said)
    expect(await refusal(yaml('- {id: a, name: "win\\u200bny", status: deny, reason: x}'), 'x.yaml')).toContain(
      'U+200B',
    )
    expect(await refusal(yaml('- {id: a, name: " winny", status: deny, reason: x}'), 'x.yaml')).toContain('spaces')
    expect((await entry('区分,名称,形式', '禁止,a,ＤＥＢ・rpm'))?.match.format).toEqual(['deb', 'rpm'])
    expect((await entry('区分,名称,識別', '禁止,a,C:¥Program Files¥a.exe'))?.match.path).toBe(
      'C:\\Program Files\\a.exe',
    )
  })

  it('refuses what would allow anything at all, in whatever form', async () => {
    for (const cells of ['*,deb', '*.*,', '/*,', ',deb', '＊,pip']) {
      const said = await refusal(`区分,名称,形式\n許可,${cells}\n`)
      expect(said, cells).toContain('this would allow any software at all')
    }
    expect((await entry('区分,名称', '禁止,*'))?.match).toEqual({ name: '*' })
  })

  it('reads a name and its versions from one cell', async () => {
    const both = async (cell: string) => {
      const found = await entry('装置,ソフト・版,許可者', `fw-1,${cell},山田`)
      return [found?.match.name, found?.versions]
    }
    expect(await both('FortiOS 7.4.3')).toEqual(['FortiOS', { atLeast: '7.4.3' }])
    expect(await both('Windows Server 2019 10.0.17763')).toEqual(['Windows Server 2019', { atLeast: '10.0.17763' }])
    expect(await both('nginx：1.22以上')).toEqual(['nginx', { atLeast: '1.22' }])
    expect(await both('nginx 1.22～1.26')).toEqual(['nginx', { atLeast: '1.22', atMost: '1.26' }])
    expect(await both('vim')).toEqual(['vim', undefined])
  })

  it('stays a whitelist when every entry that allows is retired', async () => {
    expect((await read('区分,名称,状態\n許可,a,廃止\n')).unlisted).toBe('forbidden')
  })

  it('names its entries by what they are about, whatever their order', async () => {
    const rows = ['許可,a,1以上', '許可,a,3以上', '許可,b,1', '禁止,b,']
    const ids = async (lines: readonly string[]) =>
      new Map((await read(`区分,名称,版\n${lines.join('\n')}\n`)).entries.map((one) => [one.id, { ...one, at: '' }]))
    const [one, other] = [await ids(rows), await ids(rows.toReversed())]
    expect(one.size).toBe(4)
    expect(other).toEqual(one)
    expect((await entry('ID,区分,名称', 'fw-1,許可,a'))?.id).toBe('fw-1')
    expect(await refusal('ID,区分,名称\nfw-1,許可,a\nfw-1,許可,b\n')).toContain(
      'list.csv:3:1: the id “fw-1” is given twice',
    )
    expect(await refusal('ID,区分,名称\n管理１,許可,a\n')).toContain('list.csv:2:1: not an id')
  })

  it('with hostile cells is read or refused, and nothing in a message acts', async () => {
    expect((await entry('区分,名称,理由', "許可,'=cmd|calc,=HYPERLINK()"))?.match).toEqual({ name: '=cmd|calc' })
    for (const cell of ['\u001b[2J', '\u202eabc', '\u2066x']) {
      const said = await refusal(`区分,名称\n許可,${cell}\n`)
      expect(said).toContain('can not be seen')
      expect(said).not.toContain(cell)
    }
    expect(await refusal(`区分,名称\n許可,${'x'.repeat(1_000_000)}\n`)).toContain('more than 32767 characters')
    const said = await refusal(`区分,名称,版\n許可,a,${'\u{e0041}'.repeat(3)}1\n`)
    expect(said).toContain('can not be seen (U+E0041)')
  })

  it('has its file for an id, in ASCII', async () => {
    const id = async (name: string): Promise<string> => {
      const path = join(folder, name)
      writeFileSync(path, '区分,名称\n許可,a\n')
      return (await readSoftwareList(path)).id
    }
    expect(await id('Our servers_2.csv')).toBe('our-servers-2')
    expect(await id('許可一覧.csv')).toMatch(/^list-[0-9a-f]{8}$/)
    expect(await id('許可一覧2.csv')).not.toBe(await id('許可一覧１.csv'))
  })
})

const yaml = (entries: string, head = 'unlisted: forbidden'): string =>
  `software-list: ours\nversion: 3\ntitle: {ja: 一覧, en: List}\n${head}\nentries:\n${entries}`

describe('a list in YAML', () => {
  it('says everything itself', async () => {
    const list = await read(
      yaml(
        [
          '- {id: base, match: {base-system: true}, status: allow, reason: 基本}',
          '- id: nginx',
          '  match: {name: nginx*, publisher: "*@debian.org", format: [deb]}',
          "  version: '>= 1.22, < 2'",
          '  status: 許可',
          '  state: 有効',
          '  platform: [linux/debian-*]',
          '  components: {kind: [server], label: {role: web}}',
          '  role: 管理業務従事者',
          '  reason: 公開Web',
          '  valid-until: 令和9年3月31日',
          '  registered-on: 2026-04-01',
          '  approved-by: 山田',
          '  note: x',
          '- {id: old, name: telnetd, version: {at-most: "0.17", scheme: deb}, status: deny, state: retired, reason: 平文}',
        ].join('\n'),
        'severity: {unlisted: low}\ncontrols: [mod-proc.a3.2.5.a]',
      ),
      'ours.yaml',
    )
    expect(list).toEqual({
      id: 'ours',
      version: 3,
      title: { ja: '一覧', en: 'List' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      unlisted: 'forbidden',
      severity: { unlisted: 'low', forbidden: 'high' },
      controls: ['mod-proc.a3.2.5.a'],
      entries: [
        {
          id: 'base',
          status: 'allow',
          state: 'active',
          match: { baseSystem: true },
          reason: '基本',
          at: 'ours.yaml:7',
        },
        {
          id: 'nginx',
          status: 'allow',
          state: 'active',
          match: { name: 'nginx*', publisher: '*@debian.org', format: ['deb'] },
          versions: { atLeast: '1.22', below: '2' },
          platform: ['linux/debian-*'],
          components: { kind: ['server'], label: { role: 'web' } },
          role: 'administrator',
          reason: '公開Web',
          validUntil: '2027-03-31',
          registeredOn: '2026-04-01',
          approvedBy: '山田',
          note: 'x',
          at: 'ours.yaml:8',
        },
        {
          id: 'old',
          status: 'deny',
          state: 'retired',
          match: { name: 'telnetd' },
          versions: { scheme: 'deb', atMost: '0.17' },
          reason: '平文',
          at: 'ours.yaml:21',
        },
      ],
    })
  })

  it('says every mistake in one go, with its place and what was meant', async () => {
    const said = await refusal(
      yaml(
        [
          '- {id: a, name: "*", status: allow, reason: x}',
          '- {id: a, name: b, status: alow, reason: x}',
          '- {id: c, name: d, version: 1.10, status: allow, reason: x}',
          '- {id: e, name: f, version: "1.2", status: deny, reason: x}',
          '- {id: g, match: {nme: h}, status: allow, reason: x}',
          '- {id: i, name: j, match: {name: k}, status: allow, reason: x}',
          '- {id: l, name: m, status: allow, reason: x, valid-until: 平成40年1月1日}',
          '- {id: n, name: o, status: allow}',
          '- {id: p, match: {sha256: abc}, status: allow, reason: x}',
        ].join('\n'),
        'unlisted: forbiden\ncontrols: [mod-proc.a3.2.5]',
      ),
      'x.yaml',
    )
    const places = said.split('\n').filter((line) => /^x\.yaml:\d/.test(line))
    for (const wanted of [
      'x.yaml:4:11: not one of the allowed values',
      'x.yaml:5:12: there is no clause',
      'x.yaml:7:17: this would allow any software at all',
      'x.yaml:8:8: the id “a” is given twice',
      'x.yaml:8:28: not one of the allowed values',
      'x.yaml:9:29: not a text',
      'x.yaml:10:29: whether one version is forbidden or others too is not said',
      'x.yaml:12:3: exactly one of name and match is needed',
      'x.yaml:13:59: there is no such day',
      'x.yaml:14:3: “reason” is missing',
      'x.yaml:15:27: not written in the expected form',
    ])
      expect(places).toContainEqual(expect.stringMatching(new RegExp(`^${wanted}`)))
    expect(said).toContain("(in quotes: '1.10')")
    expect(said).toContain('did you mean “forbidden”?')
    expect(said).toContain('did you mean “name”?')
  })

  it('refuses keys that reach into the machinery, and a file that is not there', async () => {
    expect(await refusal(yaml('- {id: a, __proto__: {x: 1}}'), 'x.yaml')).toContain('“__proto__” is not allowed')
    await expect(readSoftwareList(join(folder, 'none.yaml'))).rejects.toThrow('there is no such file')
    await expect(readSoftwareList(join(folder, 'none.csv'))).rejects.toThrow('there is no such file')
  })
})
