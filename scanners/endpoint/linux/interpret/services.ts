import type { Part } from './contribution.ts'
import { serviceCategory } from './service-categories.ts'
import { readServices } from './service-readers.ts'
import { tableOf } from './tables.ts'

export const observesServices = { settings: [], rows: ['service'] } as const

const notAsked = (ja: string, en: string) => ({ unreadable: { ja, en } })

/** Services: what runs, what starts by itself, and as whom. */
export const interpretServices: Part = (evidence) => {
  const reading = readServices(evidence)
  if (!reading.ok) return { tables: [tableOf('service', [], [{ source: 'init' }], reading)] }
  const rows = [...reading.value.services].map(([key, service]) => ({
    key,
    name: service.name,
    fields: {
      name: service.name,
      running:
        service.running ??
        notAsked('起動方式に稼働状況を尋ねられない', 'the init system could not be asked whether it runs'),
      'starts-automatically':
        service.automatic ??
        notAsked('自動起動の状態を解釈できない', 'the state of its automatic start was not understood'),
      state: service.state ?? notAsked('起動方式が状態を示さない', 'the init system gives no state'),
      account:
        service.account ??
        notAsked('実行者が設定ファイルから分からない', 'its files do not say which account it runs as'),
      category: serviceCategory(service.name),
    },
    evidence: [{ source: service.section, at: key }],
  }))
  const missing = reading.value.missing && { why: reading.value.missing }
  return { tables: [tableOf('service', rows, [{ source: 'init' }], missing)] }
}
