import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether all of these programs are installed. */
export const hasCommands = (...names: readonly string[]): boolean =>
  names.every((name) =>
    [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return true
      } catch {
        return false
      }
    }),
  )
