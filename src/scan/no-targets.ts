import { Fault } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'

/** The fault `nothing-to-do` of a command that was given no target. */
export const noTargets = (what: LocalText): Fault =>
  new Fault('nothing-to-do', what, {
    next: {
      ja: 'seisa.yaml の targets に書くか、--here か --host で指定する',
      en: 'write targets into seisa.yaml, or name one with --here or --host',
    },
  })
