import { readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ComponentName } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'
import { portOffsets, type HostRole, type PortName } from '../../context.ts'
import { placedForAWhileOn, placedOn } from '../../topology.ts'
import { environmentOf, openFilesOf, readStat } from './identity.ts'

/** A process that had a port a moment ago may still be exiting. */
const patienceMs = 700
/** Minimum number of checks, on a slow machine. */
const leastLooks = 5
/** How many of the taken ports are named: another range has them all. */
const mostNamed = 3
/** A port that only a connection has, assigned by the kernel, becomes free by itself. */
const connectionPatienceMs = 5_000

interface PortUse {
  port: number
  /** Its use in the range, for people: `RabbitMQ, distribution`. */
  what: string
  /** The component that is its only user. */
  component?: ComponentName
}

/** Ports without a component of their own: a canary's callers use its service's proxy, another host dials in. */
const shared: Partial<Record<PortName, { what: string; on: readonly HostRole[] }>> = {
  'canary-inbound': { what: 'a canary, inbound', on: ['all', 'shop'] },
  restored: { what: 'a restored database', on: ['all', 'shop'] },
  replica: { what: 'a replica of the database', on: ['all'] },
  link: { what: 'the link of two hosts', on: ['observability'] },
  locustMaster: { what: 'users of several hosts', on: ['observability'] },
}

/** All ports that a range uses on a host with that role, and their use. */
export const portsOf = (portBase: number, role: HostRole): PortUse[] => [
  ...[...placedOn(role), ...placedForAWhileOn(role)].flatMap(({ name: component, title, ports }) =>
    Object.entries(ports).map(([label, name]: [string, PortName]) => ({
      port: portBase + portOffsets[name],
      what: Object.keys(ports).length > 1 ? `${title}, ${label}` : title,
      component,
    })),
  ),
  ...Object.entries(shared).flatMap(([name, { what, on }]) =>
    on.includes(role) ? [{ port: portBase + portOffsets[name as PortName], what }] : [],
  ),
]

interface Wanted {
  portBase: number
  role: HostRole
  rangeId: string
  /**
   * Whether that component of this range runs, by the range's records. The database has a user of its own, whose processes even root may not inspect
   * in a container: if the holder of such a component's port cannot be seen, it counts as the component.
   */
  runs?: (component: ComponentName) => boolean
}

/**
 * Throws `port-busy` if another program has a port that this range needs: which, what for, who has it, and where there is room. Processes of this
 * range do not count.
 */
export async function requireFreePorts({ portBase, role, rangeId, runs = () => false }: Wanted): Promise<void> {
  const uses = portsOf(portBase, role)
  const startedAt = Date.now()
  let taken: (PortUse & { by: Holder })[] = []
  for (let looks = 1; ; looks++) {
    const busy = (await Promise.all(uses.map(async (use) => ((await isBusy(use.port)) ? [use] : [])))).flat()
    const holders = holdersOf(busy.map(({ port }) => port))
    taken = busy.flatMap((use) => {
      const by = holders.get(use.port) ?? { pids: [], listening: false }
      const ours =
        by.pids.some((pid) => isOf(pid, rangeId)) ||
        (by.pids.length === 0 && by.listening && use.component !== undefined && runs(use.component))
      return ours ? [] : [{ ...use, by }]
    })
    if (taken.length === 0) return
    const patience = taken.some(({ by }) => by.listening) ? patienceMs : connectionPatienceMs
    if (looks >= leastLooks && Date.now() - startedAt >= patience) break
    await delay(100)
  }
  const [first] = taken
  if (!first) return
  const others = taken.slice(1, mostNamed).map(({ port, what, by }) => `${port} (${what}) by ${named(by, port)}`)
  if (taken.length > mostNamed) others.push(`${taken.length - mostNamed} more of the range's ports`)
  const room = await baseWithRoom(portBase, role)
  throw new FiredrillError(
    'port-busy',
    `${new Intl.ListFormat('en').format([`port ${first.port} (${first.what}) is taken by ${named(first.by, first.port)}`, ...others])}: ` +
      `stop that, or move the range with --port-base${room === null ? '' : ` ${room}, where every port is free`}`,
  )
}

/** The holder of a port, for people. */
const holderOf = (port: number): string => named(holdersOf([port]).get(port) ?? { pids: [], listening: false }, port)

function isBusy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(true))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(false)))
  })
}

/** The nearest higher base, in steps of a thousand, at which the whole range has room. */
async function baseWithRoom(portBase: number, role: HostRole): Promise<number | null> {
  for (let base = portBase + 1_000; base <= Math.min(portBase + 20_000, 65_000); base += 1_000) {
    const busy = await Promise.all(portsOf(base, role).map(({ port }) => isBusy(port)))
    if (!busy.includes(true)) return base
  }
  return null
}

interface Holder {
  /** Empty if they belong to another user, and cannot be seen. */
  pids: number[]
  listening: boolean
}

const listening = '0A'

/** From /proc/net/tcp and the open files of all processes (proc(5)). */
function holdersOf(ports: readonly number[]): Map<number, Holder> {
  const found = new Map<number, Holder>()
  if (ports.length === 0) return found
  const sockets = new Map<string, number>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesOf(table).slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)
      if (!ports.includes(port) || (state !== listening && found.get(port)?.listening)) continue
      found.set(port, { pids: [], listening: state === listening })
      sockets.set(`socket:[${inode}]`, port)
    }
  }
  if (sockets.size === 0) return found
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    for (const { link: file } of openFilesOf(name)) {
      const port = sockets.get(file)
      if (port !== undefined) found.get(port)?.pids.push(Number(name))
    }
  }
  return found
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Whether a process, or one of its ancestors, was started for that range. */
function isOf(pid: number, rangeId: string): boolean {
  for (let at = pid; at > 1; at = readStat(at)?.parent ?? 0) {
    if (environmentOf(at).includes(`FIREDRILL_RANGE=${rangeId}`)) return true
  }
  return false
}

function named({ pids, listening: listens }: Holder, port: number): string {
  const [pid] = pids
  if (pid === undefined && !listens) return 'a connection that is not closed yet'
  if (pid === undefined) return `a program of another user ('sudo ss -tanp sport = :${port}' tells which)`
  const [program = '', ...args] = linesOf(`/proc/${pid}/cmdline`).join('\n').split('\0')
  // The script if the program is an interpreter; never all arguments, which may contain a secret.
  const script = args.find((arg) => /^[^-].*\.\w{1,4}$/.test(arg) || /^[^-]*\//.test(arg))
  const what = [path.basename(program) || linesOf(`/proc/${pid}/comm`)[0], script && path.basename(script)].filter(Boolean).join(' ')
  return `${what} (process ${pid}${listens ? '' : ', for a connection of its own'})`
}

const soonMs = 1_000

/**
 * Throws `port-busy`, with its holder, if a component's port is not free within a second: a process that had it a moment ago may still be exiting.
 */
export async function requireFreeSoon(name: string, port: number): Promise<void> {
  if (await poll(soonMs, async () => !(await isBusy(port)), 50)) return
  throw new FiredrillError(
    'port-busy',
    `port ${port} (${name}) is taken by ${holderOf(port)}: stop that, or move the range with --port-base`,
  )
}
