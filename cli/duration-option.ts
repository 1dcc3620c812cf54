import { InvalidArgumentError } from 'commander'
import { parseDurationMs } from '../model/duration.ts'
import { describeError } from '../model/errors.ts'

/** Milliseconds, from `90s` or `1h30m`. In a separate file, so that only commands with a duration load it. */
export function duration(text: string): number {
  try {
    return parseDurationMs(text)
  } catch (error) {
    throw new InvalidArgumentError(describeError(error))
  }
}
