/** The translation of a trainee's command: a program, with arguments that affect only the shop. */
export interface Planned {
  /** Name or path. */
  file: string
  args: string[]
  /** Applied to each line of the output; null drops it. */
  line?(text: string, index: number): string | null
  /** In addition to the environment of every command. */
  env?: Readonly<Record<string, string>>
  /** The user that runs it; by default, the control plane's. */
  uid?: number
  gid?: number
  /** Timeout. */
  seconds: number
}

/** The state of the shop when the command runs. */
export interface ShopSeen {
  pids: readonly number[]
  /** Ports on which something of the shop listens. */
  ports: ReadonlySet<number>
  /** Folders of the data stores, one on each of the disks and volumes that they have. */
  disks: readonly string[]
  /** The broker's own program, its environment, and the user that runs it; undefined if the broker is elsewhere. */
  broker?: { file: string; env: Readonly<Record<string, string>>; uid?: number; gid?: number }
}

export interface OperatorCommand {
  program: string
  /** For `sudo -l`: its usage, in one line. */
  usage: string
  /** Throws `Refused` for what this command may not do. */
  plan(args: readonly string[], shop: ShopSeen): Planned
}

/** The message is shown to the trainee. */
export class Refused extends Error {}

export const defineOperatorCommand = (command: OperatorCommand): OperatorCommand => command

/** Pids of the shop in a list: `1,2` or `1 2`. Throws if one is not the shop's. */
export function shopPids(named: readonly string[], { pids }: ShopSeen): number[] {
  return named
    .flatMap((list) => list.split(','))
    .filter((pid) => pid !== '')
    .map((text) => {
      const pid = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (!pids.includes(pid)) throw new Refused(`${text} is no process of the shop: 'sudo ps -ef' lists them`)
      return pid
    })
}

/** Splits options from their values: `-p 1`, `-p1` and `--pid=1` are the same. Throws for an unknown option. */
export function readOptions(args: readonly string[], known: { flags: RegExp; valued: readonly string[] }): ReadOptions {
  const read: ReadOptions = { flags: [], values: [], rest: [] }
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    const valued = known.valued.find(
      (name) => word === name || (name.startsWith('--') ? word.startsWith(`${name}=`) : word.startsWith(name)),
    )
    if (valued && !known.flags.test(word)) {
      const value = word === valued ? args[++at] : word.slice(valued.length).replace(/^=/, '')
      if (value === undefined) throw new Refused(`${valued} needs a value`)
      read.values.push([valued, value])
    } else if (known.flags.test(word)) read.flags.push(word)
    else if (word.startsWith('-') || word.startsWith('+')) throw new Refused(`${word} is not allowed here`)
    else read.rest.push(word)
  }
  return read
}

interface ReadOptions {
  flags: string[]
  values: [option: string, value: string][]
  rest: string[]
}
