/** A sentence for a person, in both languages (design law 10). */
export interface LocalText {
  readonly ja: string
  readonly en: string
}

/** The languages that everything a person reads exists in. */
export type Language = 'ja' | 'en'
