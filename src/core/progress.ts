import type { TargetState } from './run.ts'
import type { LocalText } from './text.ts'

/** What a scan tells while it runs, so that a person sees it moving. */
export type ProgressEvent =
  | { readonly type: 'start'; readonly target: string }
  /** What is being done with the target now: `{ja: '収集中', en: 'collecting'}`. */
  | { readonly type: 'phase'; readonly target: string; readonly phase: LocalText }
  | { readonly type: 'done'; readonly target: string; readonly state: TargetState; readonly problem?: LocalText }
