/**
 * What a program gets from `import … from 'seisa'`: the catalogue, the judge, and the types of what seisa reads
 * and gives. Everything here is pure. The command line (`seisa scan --json`) is the way to scan from a program;
 * its document follows `seisa/schemas/seisa-result-1.schema.json`.
 *
 * ```ts
 * import { judgeComponent, settings } from 'seisa'
 * settings.get('lockout.threshold')?.title.ja
 * const findings = judgeComponent(snapshot, [{ id: 'ours', root: 'ours', requirements }])
 * ```
 */
export type {
  Baseline,
  Condition,
  Expectation,
  Literal,
  NotDecided,
  Operator,
  Parameter,
  Requirement,
  Selector,
  Severity,
} from './baseline.ts'
export type { FieldDefinition, RowType, Setting, Stricter, ValueType } from './catalogue/define.ts'
export { rowTypesById, settings } from './catalogue/index.ts'
export type { ComponentKind } from './catalogue/kinds.ts'
export type { AccountClass, EvidenceRef, Fact, Field, Observed, Origin, Row, Scope, Table, Value } from './fact.ts'
export { type JudgedBaseline, judgeComponent, type JudgeOptions } from './judge.ts'
export type {
  ComponentResult,
  Counts,
  ExitReason,
  ExitResult,
  Finding,
  FindingKind,
  GapResult,
  RunBaseline,
  RunHeader,
  SettingResult,
  Summary,
  TableResult,
  TargetResult,
  Verdict,
} from './run.ts'
export { type JudgedSoftware, judgeSoftware, type SoftwareOptions } from './software/judge-software.ts'
export type {
  SoftwareEntry,
  SoftwareList,
  SoftwareMatch,
  SoftwareRole,
  UsedSoftwareList,
  VersionRange,
} from './software/list.ts'
export {
  addSeen,
  type Coverage,
  listFindings,
  listHeader,
  nothingSeen,
  type SeenList,
} from './software/list-findings.ts'
export type { Component, DefaultPopulation, Gap, Identifier, ScopeInForce, Snapshot } from './snapshot.ts'
export type { Language, LocalText } from './text.ts'
