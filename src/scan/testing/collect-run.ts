import { type OpenCollectRun, openCollectRun } from '../collect-run.ts'

/** A run whose references are looked up in `secretsByReference`. */
export const collectRunWith = (secretsByReference: Readonly<Record<string, string>> = {}): OpenCollectRun =>
  openCollectRun({
    folder: '/',
    env: {},
    resolve: async (reference, secrets) => {
      const secret = secretsByReference[reference]
      if (secret === undefined) throw new Error(`no secret for ${reference}`)
      secrets.add(secret)
      return secret
    },
  })
