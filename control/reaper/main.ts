/**
 * Holds the lease on every fault. Keeps a connection to the control plane; when that is down, it restarts it, and when it is down for ten seconds, or
 * a fault's deadline has passed, it reverts the faults itself.
 */
import { uptime } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { describeError } from '../../model/errors.ts'
import { portOffsets } from '../../range/context.ts'
import { isMissed } from '../../range/targets/local/identity.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { surviveFullDisk } from '../full-disk.ts'
import { leaseMs } from '../lease.ts'
import { Ledger } from '../ledger.ts'
import type { Hands } from './hands.ts'
import { keep } from './keep.ts'

// A static import would load undici, because all its exports are read then.
const http = process.getBuiltinModule('node:http')

surviveFullDisk()
const dir = process.env['FIREDRILL_DIR']
if (!dir) throw new Error('FIREDRILL_DIR is not set: the reaper is started by firedrill up')
/** Off in tests in which the control plane must stay down. */
const restartsControl = process.env['FIREDRILL_REAPER_ONLY'] !== 'true'
/** The control plane reverts overdue faults itself; the reaper follows with this delay. */
const deadlineGraceMs = 2_000

const state = new RangeState(dir)
const config = state.config()
const ledger = await openLedger(dir)
let hands: Promise<Hands> | null = null
/** What it needs to act is loaded as soon as it may be needed: before a fault becomes overdue. */
const withHands = (): Promise<Hands> =>
  (hands ??= import('./hands.ts').then(({ openHands }) => openHands(dir, ledger))).catch((error: unknown) => {
    hands = null
    throw error
  })
/** Since the machine was started, in milliseconds: with the wall clock, setting it back would extend the wait for a control plane that is down. */
const uptimeMs = (): number => uptime() * 1_000
let seenAt = uptimeMs()
let connected = false

/** On a full disk it may not open. Nothing else can be done until it does, and after an exit it would only be restarted. */
async function openLedger(dir: string): Promise<Ledger> {
  for (let told = false; ; told = true) {
    try {
      return new Ledger(dir)
    } catch (error) {
      if (!told) process.stderr.write(`the ledger does not open: ${describeError(error)}; it is tried every second\n`)
      await delay(1_000)
    }
  }
}

function holdLease(): void {
  const request = http.get({
    host: '127.0.0.1',
    port: config.portBase + portOffsets.control,
    path: '/api/lease',
    agent: false,
    headers: { authorization: `Bearer ${config.tokens.service}` },
    // A suspended control plane keeps its connection and sends nothing.
    timeout: 3_000,
  })
  let ended = false
  const again = () => {
    if (ended) return
    ended = true
    connected = false
    request.destroy()
    setTimeout(holdLease, 300)
  }
  request.on('response', (response) => {
    if (response.statusCode !== 200) return again()
    connected = true
    response.on('data', () => (seenAt = uptimeMs()))
    response.on('close', again)
    response.on('error', again)
  })
  request.on('timeout', again)
  request.on('error', again)
}

let working = false
async function watch(): Promise<void> {
  if (working) return
  working = true
  try {
    if (ledger.openFaults().length === 0) return
    const { injector } = await withHands()
    if (uptimeMs() - seenAt > leaseMs && !connected) {
      const taken = await injector.revertAll()
      if (taken.length > 0) process.stdout.write(`the control plane stayed down: ${taken.length} faults reverted\n`)
    }
    const overdue = await injector.revertOverdue(deadlineGraceMs)
    if (overdue.length > 0) process.stdout.write(`${overdue.length} overdue faults were reverted\n`)
  } catch (error) {
    process.stderr.write(`the reaper will try again: ${String(error)}\n`)
  } finally {
    working = false
  }
}

holdLease()
keep(
  async (name) => isMissed(state.run(name)) && (await withHands()).target.revive(name),
  restartsControl ? ['control', 'supervisor'] : ['supervisor'],
  300,
)
setInterval(() => void watch(), 500)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0))
