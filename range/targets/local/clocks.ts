import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { isService, serviceNames, type ComponentName, type ServiceName } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import type { ClockReading } from '../../../model/range.ts'
import { poll } from '../../../model/until.ts'
import { libfaketime } from '../../binaries.ts'
import type { ProcessSpec } from '../../component.ts'
import { configDir, type RangeContext } from '../../context.ts'
import { shopGroup } from '../../users.ts'
import { readWhole, writeWhole } from '../../whole-file.ts'
import { environmentOf, isThere, readStat } from './identity.ts'
import type { RangeState } from './state.ts'

const answersWithinMs = 2_000
/** The library reads its file once a second. */
const showsWithinMs = 5_000
/** A `Date` header has whole seconds, and Node keeps one for up to a second. */
const headerMs = 2_000

/** How far the clock of a service is off, for the library and for whoever starts the service next; there once it has been wrong. */
const clockFile = (context: RangeContext, service: ServiceName): string => path.join(configDir(context, service), 'clock')

const setting = (offsetSeconds: number): string => `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`
const follows = (file: string): string => `FAKETIME_TIMESTAMP_FILE=${file}`

/** By how much the clock of a service is to be off, in seconds. */
const offsetOf = (context: RangeContext, service: ServiceName): number => Number(readWhole(clockFile(context, service)) ?? 0)

/** How a component is started: a service whose clock is wrong with a clock of its own, which follows a file. All others as they are. */
export function withClock(context: RangeContext, name: ComponentName, spec: ProcessSpec): ProcessSpec {
  if (!isService(name) || offsetOf(context, name) === 0) return spec
  const library = libfaketime()
  if (library === null) return spec
  return {
    ...spec,
    env: {
      ...spec.env,
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clockFile(context, name),
      FAKETIME_CACHE_DURATION: '1',
      // Timers and measured durations stay right, as on a host whose clock was set.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DISABLE_SHM: '1',
    },
  }
}

/** What each service says that the time is, in the header of its answer. */
export const clocks = (context: RangeContext): Promise<ClockReading[]> =>
  Promise.all(serviceNames.map(async (service) => ({ service, offsetSeconds: await measured(context, service) })))

/** Null where it does not answer. */
async function measured(context: RangeContext, service: ServiceName): Promise<number | null> {
  const askedAt = Date.now()
  const url = `http://${context.address(service)}/health`
  const response = await fetch(url, { signal: AbortSignal.timeout(answersWithinMs) }).catch(() => null)
  const told = Date.parse(response?.headers.get('date') ?? '')
  return Number.isNaN(told) ? null : clockOffset(told, askedAt, Date.now())
}

/** By how much a clock is off, in seconds, that showed `told` at some time between two others; 0 where it may have been right. Milliseconds since the epoch. */
export function clockOffset(told: number, from: number, to: number): number {
  const behind = Math.min(0, told + headerMs - from)
  const ahead = Math.max(0, told - to)
  if (behind === 0 && ahead === 0) return 0
  return Math.round((told + headerMs / 2 - (from + to) / 2) / 1_000)
}

/** The library leaves shared memory behind where a process was killed, and whoever gets its pid later could not start. */
function removeLeftBehind(folder = '/dev/shm'): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const [, pid] = /^(?:sem\.)?faketime_(?:shm|sem)_(\d+)$/.exec(name) ?? []
    if (pid === undefined || readStat(Number(pid)) !== null) continue
    try {
      rmSync(path.join(folder, name), { force: true })
    } catch {
      // Of another user, who will do the same.
    }
  }
}

/** What starts and stops the processes of a range. */
interface Target {
  state: RangeState
  context: RangeContext
  restart(name: ComponentName): Promise<void>
}

/** As `Range.processes.setClock` says. */
export async function setClock(target: Target, service: ServiceName, offsetSeconds: number): Promise<void> {
  const { context, state } = target
  if (offsetSeconds === 0 && offsetOf(context, service) === 0) return
  if (offsetSeconds !== 0 && libfaketime() === null)
    throw new FiredrillError('component-failed', `no service has a clock of its own here: run 'sudo apt-get install libfaketime'`)
  const file = clockFile(context, service)
  writeWhole(file, setting(offsetSeconds), { group: shopGroup() })
  const record = state.run(service)
  if (!isThere(record)) return
  if (offsetSeconds !== 0 && !environmentOf(record.pid).includes(follows(file))) {
    removeLeftBehind()
    return target.restart(service)
  }
  await poll(showsWithinMs, async () => {
    const shown = await measured(context, service)
    return shown === null || Math.abs(shown - offsetSeconds) <= headerMs / 1_000
  })
}
