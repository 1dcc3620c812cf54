/** What is wrong with a file that somebody wrote, and where: lines and columns count from 1. */
export interface Mistake {
  line: number
  column: number
  message: string
}

/** For sorting: as they stand in the file. */
export const byPlace = (a: Pick<Mistake, 'line' | 'column'>, b: Pick<Mistake, 'line' | 'column'>): number =>
  a.line - b.line || a.column - b.column

/** More than anybody reads at once. */
const told = 20

/** Mistakes as lines of text, those of the first lines first. */
export function tellMistakes(mistakes: readonly Mistake[]): string {
  const sorted = mistakes.toSorted(byPlace)
  const lines = sorted.slice(0, told).map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
  return [...lines, ...(sorted.length > told ? [`and ${sorted.length - told} more`] : [])].join('\n')
}

const utf8 = 'save the file as UTF-8'
/** More of one kind tell nothing more. */
const most = 5

/**
 * The text of a file as its author sees it, without a byte order mark, and what keeps it from being read as YAML: bytes that are no UTF-8,
 * UTF-16, control characters, line ends of CR alone. A string is what somebody else has decoded already, and is looked through likewise.
 */
export function textOf(source: Uint8Array | string): { text: string; mistakes: Mistake[] } {
  if (typeof source === 'string') {
    // Read as UTF-8, UTF-16 begins with what stands for two bytes that are none, and has a NUL in every other place.
    if (/^\uFFFD{0,2}(\0[\t\n\r -~]|[\t\n\r -~]\0)/.test(source)) return { text: '', mistakes: [utf16('')] }
    const text = source.replace(/^\uFEFF/, '')
    return { text, mistakes: unreadable(text) }
  }
  const [first, second, third, fourth] = source
  if ((first === 0xff && second === 0xfe) || (first !== undefined && first !== 0 && second === 0 && third !== 0))
    return { text: '', mistakes: [utf16(third === 0 && fourth === 0 ? '' : ', little-endian')] }
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0))
    return { text: '', mistakes: [utf16(', big-endian')] }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(source)
    return { text, mistakes: unreadable(text) }
  } catch {
    return { text: '', mistakes: foreignBytes(source) }
  }
}

const utf16 = (order: string): Mistake => ({
  line: 1,
  column: 1,
  message: `this is UTF-16${order}, as PowerShell's > and some editors write it: ${utf8}`,
})

/** The first bytes of each line that are no UTF-8, and what they would be in Latin-1. */
function foreignBytes(bytes: Uint8Array): Mistake[] {
  const mistakes: Mistake[] = []
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  for (let from = 0; from <= bytes.length && mistakes.length < most; line++) {
    const found = bytes.indexOf(0x0a, from)
    const end = found === -1 ? bytes.length : found
    const part = bytes.subarray(from, end)
    try {
      decoder.decode(part)
    } catch {
      const at = firstForeign(part)
      const byte = part[at] ?? 0
      const latin = byte >= 0xa0 ? `; in Latin-1 it is '${String.fromCodePoint(byte)}'` : ''
      const before = new TextDecoder().decode(part.subarray(0, at)).replace(/^\uFEFF/, '')
      const message = `the byte 0x${byte.toString(16).toUpperCase()} is not UTF-8${latin}: ${utf8}`
      mistakes.push({ line, column: before.length + 1, message })
    }
    from = end + 1
  }
  return mistakes
}

/** Where a line ceases to be UTF-8: after the last whole character. */
function firstForeign(part: Uint8Array): number {
  const wholeIn = (length: number): string | null => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part.subarray(0, length), { stream: true })
    } catch {
      return null
    }
  }
  let good = 0
  let bad = part.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (wholeIn(middle) === null) bad = middle
    else good = middle
  }
  return new TextEncoder().encode(wholeIn(good) ?? '').length
}

const described: Record<number, string> = { 0: 'a NUL', 7: 'a bell', 8: 'a backspace', 27: 'an escape', 0xfffd: 'U+FFFD' }
const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** Characters that YAML does not allow, or that stand for something that was lost. */
function unreadable(text: string): Mistake[] {
  if (/\r(?!\n)/.test(text) && !text.includes('\n'))
    return [
      { line: 1, column: text.indexOf('\r') + 1, message: `its lines end with CR alone, as on an old Mac: save it with LF line ends` },
    ]
  const mistakes: Mistake[] = []
  const lines = text.split('\n')
  for (let index = 0; index < lines.length && mistakes.length < most; index++) {
    const line = lines[index] ?? ''
    const place = { line: index + 1 }
    const lone = line.search(/\r(?!$)/)
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    const odd = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFD-\uFFFF]|\p{Surrogate}/u.exec(line)
    if (lone >= 0) mistakes.push({ ...place, column: lone + 1, message: 'a CR that ends no line: save the file with LF line ends' })
    if (!odd) continue
    const [character] = odd
    const name = described[character.codePointAt(0) ?? -1] ?? `the control character ${codePoint(character)}`
    const remedy =
      character === '\uFFFD' ? `stands for a byte that was no UTF-8: put the right letter in its place, and ${utf8}` : 'take it out'
    mistakes.push({
      ...place,
      column: odd.index + 1,
      message: character === '\uFFFD' ? `${name} ${remedy}` : `${name} stands here: ${remedy}`,
    })
  }
  return mistakes
}

/** Spaces, some without any width, that look like a space or nothing, and that YAML takes for letters. */
export const oddSpace = '\\u0085\\u00A0\\u1680\\u2000-\\u200D\\u2028\\u2029\\u202F\\u205F\\u2060\\u3000\\uFEFF'
const spaceNames: Record<string, string> = {
  '\u00A0': 'a non-breaking space',
  '\u202F': 'a narrow non-breaking space',
  '\u200B': 'a zero-width space',
  '\u3000': 'an ideographic space',
  '\uFEFF': 'a byte order mark',
}
export const nameOfSpace = (character: string): string => `${spaceNames[character] ?? 'a space of another kind'} (${codePoint(character)})`
