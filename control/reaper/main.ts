/**
 * Holds the lease on every fault. Keeps a connection to the control plane; when that is gone it starts it again, and when it stays
 * gone for ten seconds, or a fault's deadline has passed, it takes the faults out itself.
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
/** Off in tests that want the control plane to stay dead. */
const restartsControl = process.env['FIREDRILL_REAPER_ONLY'] !== 'true'

const state = new RangeState(dir)
const config = state.config()
const ledger = await openLedger(dir)
let hands: Promise<Hands> | null = null
/** What it acts with is loaded when there is something to do, and as soon as there may be: before the fault that is in has to come out. */
const withHands = (): Promise<Hands> =>
  (hands ??= import('./hands.ts').then(({ openHands }) => openHands(dir, ledger))).catch((error: unknown) => {
    hands = null
    throw error
  })
/** On a full disk it may not open: nothing else is of use until it does, and who gives up would only be started again. */
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
