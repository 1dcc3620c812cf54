import { RE2JS } from 're2js'

/** As Istio sets it for its proxies. */
export const maxProgramSize = 32_768

/** Why Envoy, whose regular expressions are RE2, would refuse one; null if it accepts it. A few that RE2 accepts are refused as well. */
export function regexProblem(regex: string): string | null {
  if (regex === '') return 'is empty, which Envoy refuses: leave the match out to have everything'
  try {
    const size = RE2JS.compile(regex).programSize()
    // This counts characters, and Envoy bytes: expressions close to the limit are left to Envoy.
    return size > maxProgramSize
      ? `is too big for Envoy (a program of ${size} steps, at most ${maxProgramSize}): write it in a simpler way`
      : null
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    return `'${regex.length > 60 ? `${regex.slice(0, 60)}…` : regex}' is refused by RE2, which Envoy reads it by: ${reason}${remedyOf(regex)}`
  }
}

function remedyOf(regex: string): string {
  if (/\(\?<?[=!]/.test(regex)) return '. It has no look-ahead or look-behind: write a route for what is not meant before this one'
  if (/\\[1-9]/.test(regex)) return '. It has no references to groups'
  return /^[*?+]/.test(regex) ? ". Write '.*' for anything" : ''
}
