import type { Scanner } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'

/** The scanner that reads the evidence of a collector (`endpoint/linux`), or nothing when none does. */
export function scannerOfEvidence(scanners: ReadonlyMap<string, Scanner>, collector: string): Scanner | undefined {
  const [id = '', platform = ''] = collector.split('/')
  const scanner = scanners.get(id)
  return scanner?.platforms.includes(platform) ? scanner : undefined
}

/** Why evidence of an unknown collector, or of none, isn't read. */
export const unknownCollector = (collector: string): LocalText =>
  collector === ''
    ? { ja: '収集したときに何も得られなかった', en: 'nothing could be collected from it at the time' }
    : {
        ja: `この版の seisa が知らない収集器（${collector}）の証跡`,
        en: `evidence of a collector that this version of seisa does not know (${collector})`,
      }
