import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import { apiClient } from '../control/client.ts'
import type { ApiClient } from '../model/client.ts'
import type { ComponentName } from '../model/components.ts'
import type { ToldDrill } from '../model/drill.ts'
import { FiredrillError } from '../model/errors.ts'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { until } from '../model/until.ts'
import { writeWhole } from '../range/whole-file.ts'
import { atRest, exactly, told, type Benchmark, type BenchContext } from './benchmark.ts'
import { queues } from '../shop/contract.ts'

/** How long the checks look at what a cheat did: a window of theirs, twice. */
const watchedMs = 40_000

interface Cheat {
  what: string
  scenario: string
  /** The scenario of the trick; without one, the drill has none. */
  variant?: string
  /** As a trainee, or as somebody with a shell on the host. Returns a function that ends it, if the drill's end should not. */
  play: (cheater: Cheater) => Promise<void | (() => void | Promise<void>)>
}

interface Cheater {
  trainee: ApiClient
  state: BenchContext['state']
  signal: (component: ComponentName, name: NodeJS.Signals) => void
}

const act = ({ trainee }: Cheater, action: string, params: Record<string, unknown>) =>
  trainee.post('/api/actions/:id', { id: action, body: { params } })

const watchers = ['prometheus', 'alertmanager', 'telemetry-store'] as const

/** `BENCH_CHEATS` plays only those with these words in their name. */
const chosen = process.env['BENCH_CHEATS'] ?? ''

const all: readonly Cheat[] = [
  {
    what: 'silence every alert',
    scenario: 'slow-shelves',
    play: async ({ trainee }) => {
      const matchers = [{ name: 'severity', value: 'page', isRegex: false, isEqual: true }]
      await trainee.post('/api/silences', { body: { matchers, durationMs: 3_600_000, comment: 'nothing to see' } })
    },
  },
  {
    what: 'turn nearly all customers away',
    scenario: 'slow-shelves',
    play: async (cheater) => void (await act(cheater, 'limit-rate', { requestsPerSecond: 1 })),
  },
  {
    what: 'restart in a loop',
    scenario: 'slow-shelves',
    play: async (cheater) => {
      const until = Date.now() + watchedMs
      while (Date.now() < until) await act(cheater, 'restart', { component: 'inventory' }).catch(unlessBusy)
    },
  },
  {
    what: 'answer errors with 200 by a mesh policy',
    scenario: 'slow-shelves',
    play: async ({ trainee }) => {
      const { yaml } = await trainee.get('/api/mesh')
      await trainee.put('/api/mesh', { body: { yaml: withSuccessForAll(yaml) } })
    },
  },
  {
    what: 'stop the load',
    scenario: 'slow-shelves',
    play: async ({ signal }) => {
      signal('locust', 'SIGSTOP')
      return () => signal('locust', 'SIGCONT')
    },
  },
  {
    what: 'freeze the control plane',
    scenario: 'slow-shelves',
    play: async ({ signal }) => {
      signal('control', 'SIGSTOP')
      await delay(20_000)
      signal('control', 'SIGCONT')
    },
  },
  {
    what: 'freeze what watches',
    scenario: 'slow-shelves',
    play: async ({ signal }) => {
      for (const name of watchers) signal(name, 'SIGSTOP')
      return () => watchers.forEach((name) => signal(name, 'SIGCONT'))
    },
  },
  {
    what: 'delete the rules',
    scenario: 'slow-shelves',
    play: async ({ state, signal }) => {
      const rules = path.join(state.dir, 'config', 'prometheus', 'rules.yml')
      const text = readFileSync(rules, 'utf8')
      writeWhole(rules, 'groups: []\n')
      signal('prometheus', 'SIGHUP')
      return () => {
        writeWhole(rules, text)
        signal('prometheus', 'SIGHUP')
      }
    },
  },
  {
    what: 'scale to zero',
    scenario: 'slow-shelves',
    play: async ({ signal }) => void signal('inventory', 'SIGKILL'),
  },
  {
    what: 'empty the queue',
    scenario: 'silent-warehouse',
    variant: 'message',
    play: async (cheater) => void (await act(cheater, 'purge-queue', { queue: queues.fulfilment })),
  },
]

/** Tries on a real range what a player may do instead of fixing it. Each time the page has come, and the cheat has as long as a fix would need. */
export const cheatsBenchmark: Benchmark = {
  name: 'cheats',
  title: 'tricks instead of a cure',
  async run(context) {
    const { state, say } = context
    const trainee = apiClient(state, 'trainee')
    const cheats = all.filter(({ what }) => what.includes(chosen))
    let won = 0
    for (const { what, scenario, variant, play } of cheats) {
      await atRest(context)
      const cheater: Cheater = { trainee, state, signal: (component, name) => process.kill(pidOf(state, component), name) }
      const drill = await pagedDrill(context, { scenario, ...(variant === undefined ? {} : { variant }) })
      let end: void | (() => void | Promise<void>) = undefined
      let refused: FiredrillError | null = null
      try {
        end = await play(cheater).catch((error: unknown) => {
          if (!(error instanceof FiredrillError)) throw error
          refused = error
        })
        await delay(watchedMs)
        const { drill: now } = await trainee.get('/api/drills/:id', { id: drill.id })
        const recovered = now.milestones.recovered !== null
        if (recovered) won++
        say(`  ${what}: ${recovered ? 'RECOVERED' : now.phase}${refused ? `, refused: ${String(refused)}` : ''}`)
      } finally {
        await end?.()
        await context.client.post('/api/drills/:id/abort', { id: drill.id }).catch(unlessOver)
      }
    }
    return [told('tricks', cheats.length), exactly('recovered', won, '', 0)]
  },
}

async function pagedDrill({ client }: BenchContext, wanted: { scenario: string; variant?: string }): Promise<ToldDrill> {
  const drill = await startWhenSteady(client, { ...wanted, mode: 'rehearsal', trainee: 'bench' }, 120_000)
  await until('the page', 180_000, async () => {
    const { events } = await client.get('/api/drills/:id', { id: drill.id })
    const brokenAt = events.findIndex(({ type }) => type === 'fault-injected')
    // An earlier page belongs to the last trick.
    return brokenAt >= 0 && events.slice(brokenAt).some(({ type }) => type === 'page-received')
  })
  await client.post('/api/drills/:id/acknowledge', { id: drill.id })
  return drill
}

function pidOf(state: BenchContext['state'], component: ComponentName): number {
  const record = state.run(component)
  if (!record) throw new Error(`${component} does not run`)
  return record.pid
}

const unless = (codes: readonly FiredrillError['code'][]) => (error: unknown) => {
  if (!(error instanceof FiredrillError) || !codes.includes(error.code)) throw error
}
const unlessBusy = unless(['conflict', 'wrong-state', 'too-many-requests', 'timed-out', 'component-failed'])
const unlessOver = unless(['conflict', 'wrong-state', 'not-found', 'bad-request'])

/** The policy with an answer of the proxy itself for every request to inventory: 200, without asking it. */
function withSuccessForAll(yaml: string): string {
  const documents = parseAllDocuments(yaml)
  const found = documents.find(
    (document) => document.get('kind') === 'VirtualService' && document.getIn(['metadata', 'name']) === 'inventory',
  )
  if (!found) throw new Error('the policy has no VirtualService of inventory')
  found.setIn(['spec', 'http', 0, 'fault'], { abort: { httpStatus: 200, percentage: { value: 100 } } })
  return documents.map(String).join('---\n')
}
