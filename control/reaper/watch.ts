import { uptime } from 'node:os'
import { describeError } from '../../model/errors.ts'
import type { Injector } from '../injector.ts'
import { leaseMs } from '../lease.ts'
import type { Ledger } from '../ledger.ts'

// A static import would load undici, because all its exports are read then.
const http = process.getBuiltinModule('node:http')

/** The control plane reverts overdue faults itself; the reaper follows with this delay. */
const deadlineGraceMs = 2_000
/** A suspended control plane keeps its connection and sends nothing. */
const silenceMs = 3_000
const againAfterMs = 300

/** Since the machine was started, in milliseconds: with the wall clock, setting it back would extend the wait for a control plane that is down. */
const uptimeMs = (): number => uptime() * 1_000

interface Lease {
  /** For how long the control plane has been unheard, in milliseconds; 0 while it is connected. */
  goneMs(): number
  /** Closes the connection, and makes no other. */
  drop(): void
}

/** Keeps a connection to the control plane on a port of this host, with the token of services; whenever it breaks or falls silent, another is made. */
export function holdLease(port: number, token: string, nowMs = uptimeMs): Lease {
  let seenAt = nowMs()
  let connected = false
  let dropped = false
  let drop = () => {}

  function connect(): void {
    if (dropped) return
    const request = http.get({
      host: '127.0.0.1',
      port,
      path: '/api/lease',
      agent: false,
      headers: { authorization: `Bearer ${token}` },
      timeout: silenceMs,
    })
    let ended = false
    const again = () => {
      if (ended) return
      ended = true
      connected = false
      request.destroy()
      setTimeout(connect, againAfterMs)
    }
    drop = again
    request.on('response', (response) => {
      if (response.statusCode !== 200) return again()
      connected = true
      response.on('data', () => (seenAt = nowMs()))
      response.on('close', again)
      response.on('error', again)
    })
    request.on('timeout', again)
    request.on('error', again)
  }

  connect()
  return {
    goneMs: () => (connected ? 0 : nowMs() - seenAt),
    drop() {
      dropped = true
      drop()
    },
  }
}

type Faults = Pick<Injector, 'revertAll' | 'revertOverdue'>

/**
 * One look at the faults that are injected, to be repeated; a second one at the same time does nothing. All are reverted once the control plane has been gone
 * for longer than its lease, and each once its deadline has passed. Reports what it did, and errors, and never rejects.
 */
export function faultWatch(
  ledger: Pick<Ledger, 'openFaults'>,
  { goneMs }: Lease,
  withInjector: () => Promise<Faults>,
): () => Promise<void> {
  let working = false
  return async () => {
    if (working) return
    working = true
    try {
      if (ledger.openFaults().length === 0) return
      const injector = await withInjector()
      if (goneMs() > leaseMs) {
        const taken = await injector.revertAll()
        if (taken.length > 0) process.stdout.write(`the control plane stayed down: ${taken.length} faults reverted\n`)
      }
      const overdue = await injector.revertOverdue(deadlineGraceMs)
      if (overdue.length > 0) process.stdout.write(`${overdue.length} overdue faults were reverted\n`)
    } catch (error) {
      process.stderr.write(`the reaper will try again: ${describeError(error)}\n`)
    } finally {
      working = false
    }
  }
}
