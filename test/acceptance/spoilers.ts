import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import type { Scenario } from '../../model/scenario.ts'
import { listProcesses } from '../../range/targets/local/identity.ts'
import { credentialsOf, holdersOf } from '../exposure.ts'
import { secretsOf, tells } from '../secrets.ts'
import { base, client, state } from './test-range.ts'

/** Fails if anything that a trainee can reach before the page reveals the answer of the running drill's scenario. */
export async function sweepBeforePage(plan: Scenario, drill: string, context: Pick<TestContext, 'diagnostic'>): Promise<void> {
  // Suspending the job that starves others would delay the page. The rest of the test continues, and says so.
  if (starvingJobs().length > 0)
    return context.diagnostic(`${plan.id}: nothing was checked before the page, because a job starves everything that could be asked`)
  await mustNotTell(plan, drill, [])
  const view = await client('trainee').get('/api/drills/:id', { id: drill })
  if (view.drill.pagedAt === null) assert.deepEqual(view.runbooks, [], `${plan.id}: runbooks name what may be the matter`)
}

/** Fails if anything that a trainee can reach reveals the answer of the running drill's scenario, beyond the given hint. */
export async function sweepForSpoilers(plan: Scenario, drill: string): Promise<void> {
  // A job that starves the components is suspended while all of them are queried; the job still exists, and so does its fault.
  const starving = starvingJobs()
  for (const pid of starving) process.kill(pid, 'SIGSTOP')
  try {
    await client('instructor').post('/api/drills/:id/hint', { id: drill })
    const { hints } = (await client('trainee').get('/api/drills/:id', { id: drill })).drill
    const released = hints.map((hint) => hint.text)
    assert.equal(released.length, 1)
    await mustNotTell(plan, drill, released)
  } finally {
    for (const pid of starving) process.kill(pid, 'SIGCONT')
  }
}

async function mustNotTell(plan: Scenario, drill: string, released: readonly string[]): Promise<void> {
  const secrets = secretsOf(plan).filter((secret) => !released.includes(secret))
  const { tokens, passwords } = state.config()
  const texts = await reachable(drill)
  for (const [place, text] of texts) {
    const told = [...secrets, ...injectedByProxy].filter((secret) => tells(text, secret))
    assert.deepEqual(told, [], `${plan.id}: told by ${place}`)
  }
  const { instructor, service } = tokens
  assert.deepEqual(holdersOf(texts, credentialsOf({ tokens: { instructor, service }, passwords })), [])
  // The sweep works: with the instructor's token it finds the answer.
  assert.ok((await reachable(drill, 'instructor')).some(([, text]) => secrets.some((secret) => text.includes(secret))))
}

/** Signs of an injected fault in Envoy: flags in its log and spans, details, and counters. */
const injectedByProxy = [
  'fault_filter_abort',
  'delays_injected',
  'aborts_injected',
  'fault filter',
  '"response_flags":"DI"',
  '"response_flags":"FI"',
  '"flags":"DI"',
  '"flags":"FI"',
]

/** Job processes that take all of the CPU. */
const starvingJobs = (): number[] => commandLines().flatMap(([pid, text]) => (text.includes('shop/jobs/sales-report.ts') ? [pid] : []))

/** Of every process, by its pid. */
export const commandLines = (): [number, string][] =>
  listProcesses().flatMap(({ pid }): [number, string][] => {
    try {
      return [[pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]]
    } catch {
      return []
    }
  })

/** Every answer for a token, the console's code, the arguments of processes, the logs. */
async function reachable(drill: string, role: 'trainee' | 'instructor' = 'trainee'): Promise<[string, string][]> {
  const { tokens } = state.config()
  const { paths } = await client('instructor').get('/api/openapi.json')
  const fill: Record<string, string[]> = {
    '/api/drills/{id}': [drill],
    '/api/drills/{id}/debrief': [drill],
    '/api/drills/{id}/tickets': [drill],
    '/api/drills/{id}/handovers': [drill],
    '/api/scenarios/{id}/plan': ['slow-shelves', 'stuck-checkout', 'silent-warehouse'],
    '/api/runbooks/{id}': ['browse', 'checkout', 'fulfilment'],
  }
  const addresses = Object.entries(paths)
    .filter(([address, methods]) => 'get' in (methods as object) && !['/api/live', '/api/lease'].includes(address))
    .flatMap(([address]) => (address.includes('{id}') ? (fill[address] ?? []).map((id) => address.replace('{id}', id)) : [address]))
    .filter((address) => !address.includes('{'))
  assert.ok(addresses.length > 10)
  const read = async (address: string): Promise<[string, string]> => {
    const response = await fetch(`${base}${address}`, {
      headers: { authorization: `Bearer ${tokens[role]}` },
      // Some scenarios leave little CPU.
      signal: AbortSignal.timeout(30_000),
    })
    return [address, response.ok ? await response.text() : '']
  }
  const answers = await Promise.all(
    [
      ...addresses,
      '/api/telemetry/logs?limit=1000',
      '/api/telemetry/traces?limit=100',
      '/api/prometheus/rules',
      '/api/prometheus/labels',
      '/api/prometheus/label/__name__/values',
      '/api/mesh/history/0',
    ].map(read),
  )
  // What proxies report about requests.
  const [, found] = await read('/api/telemetry/traces?service=inventory-proxy&limit=6')
  const { traces } = JSON.parse(found) as { traces: { traceId: string }[] }
  assert.ok(traces.length > 0)
  const spans = await Promise.all(traces.map(({ traceId }) => read(`/api/telemetry/traces/${traceId}`)))
  const code = globSync('console/dist/**/*.{js,html,css}', { cwd: projectRoot }).map((file): [string, string] => [
    file,
    readFileSync(path.join(projectRoot, file), 'utf8'),
  ])
  const processes = commandLines().map(([pid, text]): [string, string] => [`the arguments of ${pid}`, text])
  return [...answers, ...spans, ...code, ...processes]
}
