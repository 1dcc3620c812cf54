import type { ShopComponentName } from '../../model/components.ts'
import type { ViewKind } from '../../model/scenario.ts'

/** A view that a command looks at. */
export interface CommandLook {
  view: ViewKind
  component: ShopComponentName
  /** For people: what was looked at. */
  detail: string
  /** The name in the terminal that must have answered meanwhile; null for a file, whose reads cannot be attributed. */
  answeredBy: string | null
}

/** The relation of one simple command to the shop. */
export interface CommandRead {
  looks: CommandLook[]
  /** Whether it changes the shop; commands that are not recognised count as no change. */
  changes: boolean
  /** The action that does the same, if any: it is as harmful. */
  sameAs?: { action: string; params: Record<string, unknown> }
}

/** Recognises the arguments of one kind of program. */
export interface CommandEvidence {
  id: string
  programs: readonly string[]
  /** @param words of the command, without the program. */
  read(words: readonly string[], program: string): CommandRead
}

export const defineEvidence = (evidence: CommandEvidence): CommandEvidence => evidence
export const nothing: CommandRead = { looks: [], changes: false }

/** The value of an option, in any notation: `-h redis`, `-hredis`, `--host redis`, `--host=redis`. All values, if it is repeated. */
export function optionValues(words: readonly string[], ...names: string[]): string[] {
  return words.flatMap((word, index) => {
    for (const name of names) {
      if (word === name) return words[index + 1] ?? []
      if (name.startsWith('--') && word.startsWith(`${name}=`)) return word.slice(name.length + 1)
      if (!name.startsWith('--') && word.startsWith(name) && !word.startsWith('--')) return word.slice(name.length)
    }
    return []
  })
}
