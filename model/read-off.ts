/** Parameters of a solution that are read from the range when it is applied, each with a description for people. */
const readOffInWords = {
  $blocker: '(the blocking session)',
  '$before-loss': '(just before the statement)',
  '$checked-backup': '(the newest that passed its check)',
} as const
export type ReadOff = keyof typeof readOffInWords

/** A parameter, as people read it. */
export const inWords = (value: unknown): string => (isReadOff(value) ? readOffInWords[value] : String(value))

/** Whether a parameter stands for something that is read off the range, such as `$blocker`. */
export const isReadOff = (value: unknown): value is ReadOff => typeof value === 'string' && Object.hasOwn(readOffInWords, value)
