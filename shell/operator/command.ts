/** What a command of whoever is on call becomes on this side: a program, with arguments that are about the shop alone. */
export interface Planned {
  /** By its name, or where it is. */
  file: string
  args: string[]
  /** Applied to each line of the output; null leaves it out. */
  line?(text: string, index: number): string | null
  /** Beside what every command has. */
  env?: Readonly<Record<string, string>>
  /** As whom it is run; as the control plane, without. */
  uid?: number
  gid?: number
  /** Stopped after so long. */
  seconds: number
}

/** What the shop is, at the moment of the command. */
export interface ShopSeen {
  pids: readonly number[]
  /** Ports at which something of the shop listens. */
  ports: ReadonlySet<number>
  /** Folders of the data stores, one on each of the disks and volumes that they have. */
  disks: readonly string[]
  /** The broker's own program, by which environment it finds the broker, and as whom it is run; without one where the broker is elsewhere. */
  broker?: { file: string; env: Readonly<Record<string, string>>; uid?: number; gid?: number }
}

export interface OperatorCommand {
  program: string
  /** For `sudo -l`: how it is called, in one line. */
  usage: string
  /** Throws `Refused` for what this command may not do. */
  plan(args: readonly string[], shop: ShopSeen): Planned
}

/** Told to whoever typed it. */
export class Refused extends Error {}

export const defineOperatorCommand = (command: OperatorCommand): OperatorCommand => command

/** Pids of the shop among those that are named: `1,2` or `1 2`. Throws where one is none. */
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

/** Splits options from their values: `-p 1`, `-p1` and `--pid=1` are the same. Throws for an option that is not known. */
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
