import type { EvidenceRef } from '../fact.ts'
import { findingHash } from '../judge.ts'
import type { Finding, FindingKind, RowRef, Verdict } from '../run.ts'
import type { Component } from '../snapshot.ts'
import type { LocalText } from '../text.ts'
import type { CompiledList } from './compiled.ts'
import type { RowOutcome } from './judge-row.ts'
import type { SoftwareList } from './list.ts'
import { calledByPath, type SoftwareRow } from './row-view.ts'
import * as words from './words.ts'

/** The table that lists are held against. */
export const softwareTable = 'software'

/** What a list asks of a component. */
export type SoftwareRequirement = 'software-listed' | 'software-not-forbidden'

const none: LocalText = { ja: '—', en: '—' }

interface Said {
  readonly actual?: LocalText
  readonly reason?: LocalText
  readonly needs?: LocalText
  readonly remedy?: LocalText
  readonly evidence?: readonly EvidenceRef[]
  readonly count?: number
}

/** Makes the findings of one list on one component. */
export class FindingMaker {
  readonly #list: SoftwareList
  readonly #component: string
  readonly #settings: readonly string[]
  readonly #own: readonly (string | number)[]
  readonly #remedies = new Map<string, LocalText>()

  constructor(list: SoftwareList, { fields }: CompiledList, component: Component, namesakes: number) {
    this.#list = list
    this.#component = component.id
    this.#settings = fields.map((field) => `${softwareTable}.${field}`)
    this.#own = namesakes === 0 ? [] : [list.id, namesakes]
  }

  /** One finding for all that is not told row by row. */
  whole(requirement: SoftwareRequirement, verdict: Verdict, said: Said): Finding {
    return this.#finding(requirement, verdict, said, undefined, [said.count ?? null])
  }

  /** Nothing when no entry forbids the row. */
  ofForbidden(view: SoftwareRow, { denied, maybeDenied }: RowOutcome): Finding | undefined {
    const requirement = 'software-not-forbidden'
    if (denied) {
      const actual = words.deniedText(denied.entry)
      return this.#ofRow(requirement, 'fail', view, { actual, remedy: this.#remedy(view, words.removeOrChange) })
    }
    if (maybeDenied.length === 0) return undefined
    return this.#ofRow(requirement, 'unknown', view, { reason: words.openText(maybeDenied) })
  }

  /** Nothing when an entry allows the row. */
  ofListed(view: SoftwareRow, outcome: RowOutcome): Finding | undefined {
    const requirement = 'software-listed'
    if (outcome.allowed === 'yes') return undefined
    const remedy = this.#remedy(view, words.removeOrList)
    if (outcome.allowed === 'no')
      return this.#ofRow(requirement, 'fail', view, { actual: whyNot(view, outcome), remedy })
    const reasons = [
      ...(outcome.oneRole.length > 0 ? [words.oneRoleText(outcome.oneRole)] : []),
      ...(outcome.maybeAllowed.length > 0 ? [words.openText(outcome.maybeAllowed)] : []),
    ]
    const reason = { ja: reasons.map(({ ja }) => ja).join('、'), en: reasons.map(({ en }) => en).join('; ') }
    const needs = outcome.maybeAllowed.length === 0 ? { needs: words.roleNeeded } : {}
    return this.#ofRow(requirement, 'unknown', view, { reason, remedy, ...needs })
  }

  #ofRow(requirement: SoftwareRequirement, verdict: Verdict, view: SoftwareRow, said: Said): Finding {
    const { key, name, evidence } = view.row
    const version = view.read('version')
    const known = version.state === 'known' ? version.raw : undefined
    const row: RowRef = {
      type: softwareTable,
      key,
      name: calledByPath(view) ?? name,
      ...(known !== undefined && { version: known }),
    }
    const value = known ?? { state: version.state }
    return this.#finding(requirement, verdict, { evidence: evidence ?? [], ...said }, row, [value])
  }

  #finding(
    requirement: SoftwareRequirement,
    verdict: Verdict,
    said: Said,
    row: RowRef | undefined,
    values: readonly unknown[],
  ): Finding {
    const { id: baseline, severity, controls } = this.#list
    const listed = requirement === 'software-listed'
    const id = findingHash([
      this.#component,
      baseline,
      requirement,
      null,
      row ? [row.type, row.key] : null,
      ...this.#own,
    ])
    const kind: FindingKind = verdict === 'unknown' ? 'unknown' : listed ? 'unlisted-software' : 'forbidden-software'
    return {
      id,
      valueHash: findingHash([id, values]),
      verdict,
      kind,
      severity: listed ? severity.unlisted : severity.forbidden,
      baseline,
      requirement,
      component: this.#component,
      ...(row && { row }),
      ...(said.count !== undefined && { count: said.count }),
      settings: this.#settings,
      expected: listed ? words.expected.listed : words.expected.notForbidden,
      actual: said.actual ?? none,
      evidence: said.evidence ?? [],
      controls,
      title: listed ? words.titles.listed : words.titles.notForbidden,
      ...(said.remedy && { remedy: said.remedy }),
      ...(said.reason && { reason: said.reason }),
      ...(said.needs && { needs: said.needs }),
    }
  }

  #remedy(view: SoftwareRow, text: (format: string | undefined, list: string) => LocalText): LocalText {
    const format = view.read('format')
    const known = format.state === 'known' ? format.folded : undefined
    const key = `${text === words.removeOrList} ${known ?? ''}`
    const remedy = this.#remedies.get(key) ?? text(known, this.#list.id)
    this.#remedies.set(key, remedy)
    return remedy
  }
}

/**
 * Why nothing allows a row: the entry that did until it expired, the versions or the contents that are listed, or simply
 * not listed.
 */
function whyNot(view: SoftwareRow, { expired, otherVersion, otherContent }: RowOutcome): LocalText {
  const version = view.read('version')
  if (expired.length > 0) return words.expiredText(expired)
  if (otherVersion.length > 0 && version.state === 'known') return words.otherVersionText(version.raw, otherVersion)
  return otherContent.length > 0 ? words.otherContentText(otherContent) : words.unlisted
}
