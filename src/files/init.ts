import { lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Language } from '../core/text.ts'
import { visible } from '../text/safe.ts'
import { makeFolder, writeFileAtomically } from './write.ts'

/** One file of a new project: its path below the project's folder, and its text. */
export interface StarterFile {
  readonly path: string
  readonly text: string
}

/** The files that `seisa init` writes: they scan this machine at once, and say in comments what to change. */
export const starterFiles = (language: Language): readonly StarterFile[] => [
  { path: 'seisa.yaml', text: (language === 'ja' ? configJa : configEn).trimStart() },
  { path: 'baselines/our-rules.yaml', text: (language === 'ja' ? baselineJa : baselineEn).trimStart() },
  { path: '.gitignore', text: '.seisa/\n' },
]

/**
 * Writes the starter files into a folder. Nothing is ever overwritten: when one of them exists, nothing is
 * written at all, except that a `.gitignore` of the folder's own stays. Returns the paths written. Throws a
 * `Fault('output')`.
 */
export async function writeStarter(folder: string, language: Language): Promise<readonly string[]> {
  const files = starterFiles(language)
    .map(({ path, text }) => ({ path: join(folder, path), text }))
    .filter(({ path }) => basename(path) !== '.gitignore' || !exists(path))
  const existing = files.filter(({ path }) => exists(path)).map(({ path }) => visible(path))
  if (existing.length > 0) {
    throw new Fault(
      'output',
      {
        ja: `既にあるので何も書かない: ${existing.join('、')}`,
        en: `nothing written, already there: ${existing.join(', ')}`,
      },
      { next: { ja: '別のフォルダーで行うか、これらを移動する', en: 'choose another folder, or move these away' } },
    )
  }
  await makeFolder(join(folder, 'baselines'))
  for (const { path, text } of files) await writeFileAtomically(path, text, { mode: 0o644, exclusive: true })
  return files.map(({ path }) => path)
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

const configJa = `
# seisa の設定。「seisa scan」はこのファイルを読み、対象を調べて、ベースラインと比べる。
# 書き方の全ては docs/configuration.md にある。

# organisation: {name: 株式会社サンプル}

baselines:
  # IPA「中小企業の情報セキュリティ対策ガイドライン」に、自社の決まりを加えたもの。
  - file: baselines/our-rules.yaml
  # 組み込みのものをそのまま使うなら、上の行の代わりに:
  # - use: ipa-sme
  #   for: {label: {system: office}}         # この札の付いた対象だけ
  #   parameters: {idle-lock: 3m}            # 値を変える
  #   disable:
  #     - {requirement: screen-lock, reason: 画面のない機械だけなので}

targets:
  # この機械。管理者（root）で動かすと、一般の利用者には読めない設定も読める。
  - name: this-machine
    scanner: endpoint
    platform: linux
    here: true
    # kind: server                           # server または workstation。書かなければ自動で見分ける
    # labels: {system: office}
    # owner: {name: （責任者の氏名）, department: 情報システム部, contact: 内線 1234}
  # SSH で調べる機械。ホスト鍵は「seisa doctor --enrol」で確かめて登録する。ホストは hosts: {file: hosts.csv} でもよい。
  # - name: web
  #   scanner: endpoint
  #   platform: linux
  #   hosts: [web-1, admin@10.0.0.5:2222]
  #   username: seisa                        # 鍵は ssh-agent か ~/.ssh のもの。identity-file でも指定できる
  #   sudo: /usr/local/libexec/seisa-collect # 管理者が置いた収集スクリプト。「seisa doctor」が手順を示す
  #   labels: {system: office}
  #   network-zone: dmz
  #   concurrency: 10                        # 同時に調べるホストの数

# limits: {network-zones: {dmz: 4}}          # 区画ごとに同時に調べる数
`

const configEn = `
# Configuration of seisa. "seisa scan" reads this file, scans the targets and compares them with the baselines.
# docs/configuration.md says everything that can stand here.

# organisation: {name: Example Ltd.}

baselines:
  # IPA's information security guideline for small companies, with rules of your own.
  - file: baselines/our-rules.yaml
  # To use the built-in one as it is, write instead:
  # - use: ipa-sme
  #   for: {label: {system: office}}         # only targets with this label
  #   parameters: {idle-lock: 3m}            # other values
  #   disable:
  #     - {requirement: screen-lock, reason: no machine here has a screen}

targets:
  # This machine. Run as root, seisa can read settings that an ordinary user can't.
  - name: this-machine
    scanner: endpoint
    platform: linux
    here: true
    # kind: server                           # server or workstation; found out when not written
    # labels: {system: office}
    # owner: {name: Name of the owner, department: IT, contact: ext. 1234}
  # Machines over SSH. "seisa doctor --enrol" confirms and keeps their host keys. Or hosts: {file: hosts.csv}.
  # - name: web
  #   scanner: endpoint
  #   platform: linux
  #   hosts: [web-1, admin@10.0.0.5:2222]
  #   username: seisa                        # keys come from ssh-agent, ~/.ssh, or identity-file
  #   sudo: /usr/local/libexec/seisa-collect # collector put there by the administrator; "seisa doctor" says how
  #   labels: {system: office}
  #   network-zone: dmz
  #   concurrency: 10                        # hosts at a time

# limits: {network-zones: {dmz: 4}}          # targets at a time in each network zone
`

const baselineJa = `
# 自社のベースライン。ipa-sme の要件を全て引き継ぎ、値を変え、要件を足す。書き方は docs/requirements.md。
baseline: our-rules
version: 1
title: 自社の基準
extends: ipa-sme

# 値を変えるパラメーター。元より緩い値は、緩めたものとして報告に示される。
# parameters:
#   idle-lock: 3m
#   priv-length.min-length: 14

# 使わない要件。理由が要る。
# disable:
#   - {requirement: screen-lock, reason: 画面のない機械だけなので}

requirements:
  - id: clock-synchronised
    title: 時刻が同期している
    severity: medium
    expect:
      time.synchronised: true
    rationale: 時刻がずれた記録は、後から突き合わせられない。
    remedy:
      linux: chrony か systemd-timesyncd を有効にする。
`

const baselineEn = `
# Your own baseline. It takes over every requirement of ipa-sme, changes values and adds requirements.
# docs/requirements.md says how.
baseline: our-rules
version: 1
title: Our rules
extends: ipa-sme

# Other values. One that is looser than before is reported as loosened.
# parameters:
#   idle-lock: 3m
#   priv-length.min-length: 14

# Requirements that do not apply to you. A reason is needed.
# disable:
#   - {requirement: screen-lock, reason: no machine here has a screen}

requirements:
  - id: clock-synchronised
    title: The clock is synchronised
    severity: medium
    expect:
      time.synchronised: true
    rationale: Records with a wrong time can not be put side by side later.
    remedy:
      linux: Enable chrony or systemd-timesyncd.
`
