import { parse } from 'shell-quote'
import { nothing, type CommandRead } from './command.ts'
import { evidence } from './registry.ts'
import { ownValue } from '../../model/own.ts'

/** Programs that run another, and the number of their own words before it. */
const wrappers: Record<string, (words: readonly string[]) => number> = {
  time: () => 0,
  nohup: () => 0,
  exec: () => 0,
  command: () => 0,
  env: (words) => words.findIndex((word) => !/^(-\w+|\w+=.*)$/.test(word)),
  nice: options(/^-n$/),
  xargs: options(/^-[nIPLdEas]$/),
  watch: options(/^(-n|--interval)$/),
  timeout: (words) => options(/^(-k|-s)$/)(words) + 1,
}

/** Everything that a command line looks at, and whether it changes the shop. A command that cannot be parsed does neither. */
export function readCommand(line: string): CommandRead {
  const reads = simpleCommands(line).map((words) => readOne(words))
  const sameAs = reads.find((read) => read.sameAs)?.sameAs
  return {
    looks: reads.flatMap(({ looks }) => looks),
    changes: reads.some(({ changes }) => changes),
    ...(sameAs ? { sameAs } : {}),
  }
}

/** Words before a command in a loop or a condition. */
const keywords = /^(do|then|else|elif|if|while|until|!|\{)$/

function readOne(words: readonly string[]): CommandRead {
  const start = words.findIndex((word) => !/^\w+=/.test(word) && !keywords.test(word))
  if (start < 0) return nothing
  const [first = '', ...rest] = words.slice(start)
  const program = first.split('/').at(-1) ?? ''
  const wrapper = ownValue(wrappers, program)
  if (wrapper) {
    const skip = wrapper(rest)
    return skip < 0 || rest.length === 0 ? nothing : readOne(rest.slice(skip))
  }
  return evidence.find(({ programs }) => programs.includes(program))?.read(rest, program) ?? nothing
}

/** The words of each command in a line: of pipes, lists and groups. A redirection ends a command, and only what follows it is lost. */
function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]]
  let entries
  try {
    // Variables are not expanded.
    entries = line.split(' ⏎ ').flatMap((one) => [...parse(one, (name) => `$${name}`), { op: ';' as const }])
  } catch {
    return []
  }
  for (const entry of entries) {
    if (typeof entry === 'string') commands.at(-1)?.push(entry)
    else if ('pattern' in entry) commands.at(-1)?.push(entry.pattern)
    else if ('op' in entry && !/^[<>]/.test(entry.op)) commands.push([])
  }
  return commands.filter((words) => words.length > 0)
}

function options(withValue: RegExp): (words: readonly string[]) => number {
  return (words) => {
    let at = 0
    while (words[at]?.startsWith('-')) at += withValue.test(words[at] ?? '') ? 2 : 1
    return at
  }
}
