/** A table that a user wrote is no larger than this. */
export const largestTableBytes = 16 * 1024 * 1024
/** The parts of a workbook that are read, unpacked, all together. */
export const largestUnpackedBytes = 64 * 1024 * 1024
export const mostRows = 100_000
export const mostColumns = 256
/** What one cell of a spreadsheet can hold at most. */
export const longestCell = 32_767
