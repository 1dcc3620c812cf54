/**
 * Holds the lease on every fault. Keeps a connection to the control plane; when that is down, it restarts it, and when it is down for ten seconds, or
 * a fault's deadline has passed, it reverts the faults itself.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { describeError } from '../../model/errors.ts'
import { portOffsets } from '../../range/context.ts'
import { isMissed } from '../../range/targets/local/identity.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { surviveFullDisk } from '../full-disk.ts'
import { Ledger } from '../ledger.ts'
import type { Hands } from './hands.ts'
import { keep } from './keep.ts'
import { faultWatch, holdLease } from './watch.ts'

surviveFullDisk()
const dir = process.env['FIREDRILL_DIR']
if (!dir) throw new Error('FIREDRILL_DIR is not set: the reaper is started by firedrill up')
/** Off in tests in which the control plane must stay down. */
const restartsControl = process.env['FIREDRILL_REAPER_ONLY'] !== 'true'

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

const lease = holdLease(config.portBase + portOffsets.control, config.tokens.service)
const watch = faultWatch(ledger, lease, async () => (await withHands()).injector)
keep(
  async (name) => isMissed(state.run(name)) && (await withHands()).target.revive(name),
  restartsControl ? ['control', 'supervisor'] : ['supervisor'],
  300,
)
setInterval(() => void watch(), 500)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0))
