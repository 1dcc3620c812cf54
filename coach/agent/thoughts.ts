const tags = '(?:seed:)?think|thinking|thoughts?|analysis|reason|reasoning|reasoning_content|reflection|scratchpad'
/**
 * How models mark their thoughts, for servers that do not separate them: DeepSeek, Qwen and most others; Magistral; Kimi; gpt-oss; Seed-OSS. The
 * library's own middleware supports one pair at a time, and takes thoughts that are cut or begin without a mark for words.
 */
const marks: readonly [open: RegExp, close: RegExp][] = [
  [new RegExp(`<(?:${tags})\\b[^<>]*>`, 'i'), new RegExp(`</(?:${tags})\\s*>`, 'i')],
  [/\[THINK\]/i, /\[\/THINK\]/i],
  [/◁think▷/, /◁\/think▷/],
  [/<\|begin_of_thought\|>/, /<\|end_of_thought\|>/],
  [
    /(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)<\|message\|>/,
    /(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>/,
  ],
]

interface Said {
  /** The model's words, without its thoughts. */
  words: string
  /** Number of characters of its thoughts. */
  thought: number
  /** Whether it thinks from the first character, without a mark, because its template has supplied that. */
  unmarked: boolean
}

/** Marks around the words, which are removed. */
const solution = /<\|(?:begin|end)_of_solution\|>/g

/** The words of an answer so far; `thinking` if the model is known to begin with thoughts. An incomplete mark does not count as words. */
export function saidIn(text: string, { thinking = false }: { thinking?: boolean } = {}): Said {
  let words = ''
  let rest = text
  let unmarked = false
  for (;;) {
    const open = first(
      rest,
      marks.map(([mark]) => mark),
    )
    const close = first(
      rest,
      marks.map(([, mark]) => mark),
    )
    if (close !== null && (open === null || close.at < open.at)) {
      // An end of thoughts without a beginning: everything before it was thoughts.
      unmarked = true
      words = ''
      rest = rest.slice(close.at + close.length)
      continue
    }
    if (open === null) {
      words += thinking && !unmarked ? '' : withoutBegun(rest)
      break
    }
    words += rest.slice(0, open.at)
    const after = rest.slice(open.at + open.length)
    const end = first(after, [marks[open.which]![1]])
    if (end === null) break
    rest = after.slice(end.at + end.length)
  }
  words = words.replaceAll(solution, '')
  return { words, thought: text.length - words.length, unmarked }
}

function first(text: string, patterns: readonly RegExp[]): { at: number; length: number; which: number } | null {
  let found: { at: number; length: number; which: number } | null = null
  for (const [which, pattern] of patterns.entries()) {
    const match = pattern.exec(text)
    if (match && (found === null || match.index < found.at)) found = { at: match.index, length: match[0].length, which }
  }
  return found
}

/** Without an incomplete mark at the end, where the stream stands or was cut. */
const withoutBegun = (text: string): string =>
  text.replace(/(?:<\|(?:start|channel|end)\|>[a-z|_<>]*|<\/?[a-z|_:]*\|?|◁\/?[a-z]*|\[\/?T?H?I?N?K?)$/i, '')
