import { z } from 'zod'
import { isService, shopComponentName, type ShopComponentName } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { causeCategory, type ViewKind } from '../../model/scenario.ts'

/** The API as a trainee may use it. Whatever a tool does goes through it, so that an agent can do and see what a trainee can, and no more. */
export interface TraineeApi {
  get<Body>(path: string): Promise<Body>
  post<Body>(path: string, body?: unknown): Promise<Body>
}

export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  /** Nothing of the shop or of the drill changes by it. */
  readOnly: boolean
  run(api: TraineeApi, input: z.output<Input>): Promise<unknown>
}

// Safe: whoever calls a tool has parsed its input by its own schema.
const defineTool = <Input extends z.ZodObject>(tool: Tool<Input>): Tool => tool as unknown as Tool

const lastSeconds = z.number().int().min(1).max(86_400).default(300).describe('how far back, in seconds')
const limit = (most: number) => z.number().int().min(1).max(most).default(Math.min(20, most))
const none = z.object({})
/** Of the OpenTelemetry log data model. */
const severityNumber = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const

async function running(api: TraineeApi): Promise<string> {
  const { running: id } = await api.get<{ running: string | null }>('/api/drills')
  if (id === null) throw new FiredrillError('wrong-state', 'no drill is running: start one with start_drill')
  return id
}

/** Evidence for having looked at the right place, as the console notes it of whoever uses that. */
async function seen(api: TraineeApi, view: ViewKind, names: Iterable<string | undefined>, detail: string): Promise<void> {
  const { running: id } = await api.get<{ running: string | null }>('/api/drills')
  if (id === null) return
  const components = new Set<ShopComponentName>()
  for (const name of names) {
    const known = shopComponentName.safeParse(name?.replace(/-proxy$/, ''))
    if (known.success) components.add(known.data)
  }
  for (const component of components) await api.post(`/api/drills/${id}/views`, { view, component, detail: detail.slice(0, 200) })
}

/** Components that a query names, by a label or by the prefix of a metric. */
const namedIn = (query: string): string[] => [
  ...[...query.matchAll(/(?:service|component|job|peer|envoy_cluster_name)=~?"([^"]*)"/g)].flatMap(([, names = '']) => names.split('|')),
  ...(/\bpg_/.test(query) ? ['postgres'] : []),
  ...(/\bredis_/.test(query) ? ['redis'] : []),
  ...(/\brabbitmq_/.test(query) ? ['rabbitmq'] : []),
]

export const tools: readonly Tool[] = [
  defineTool({
    name: 'list_scenarios',
    title: 'List scenarios',
    description: 'Incidents that can be practised: symptom, difficulty, skills, and the time within which a steady engineer is done.',
    input: none,
    readOnly: true,
    run: (api) => api.get('/api/scenarios'),
  }),
  defineTool({
    name: 'start_drill',
    title: 'Start a drill',
    description: 'Starts an incident. Its page comes within a minute: ask get_drill until it is there, and acknowledge it.',
    input: z.object({
      scenario: z.string(),
      trainee: z.string().min(1).max(60).default('agent'),
      mode: z.enum(['learning', 'assessment']).default('assessment'),
    }),
    readOnly: false,
    run: (api, input) => api.post('/api/drills', input),
  }),
  defineTool({
    name: 'get_drill',
    title: 'Look at the drill',
    description: 'The drill that runs: story, pages, milestones reached, hints given, and its latest events.',
    input: z.object({ events: limit(200) }),
    readOnly: true,
    async run(api, { events }) {
      const view = await api.get<{ events: unknown[] }>(`/api/drills/${await running(api)}`)
      return { ...view, events: view.events.slice(-events) }
    },
  }),
  defineTool({
    name: 'acknowledge_page',
    title: 'Acknowledge the page',
    description: 'Says that you are on it.',
    input: none,
    readOnly: false,
    run: async (api) => api.post(`/api/drills/${await running(api)}/acknowledge`),
  }),
  defineTool({
    name: 'list_alerts',
    title: 'List alerts',
    description: 'What fires now, as Alertmanager has it: labels, annotations with their runbook, and whether it is silenced or inhibited.',
    input: none,
    readOnly: true,
    async run(api) {
      const alerts = await api.get<{ labels: Record<string, string> }[]>('/api/alerts')
      return { alerts: alerts.filter(({ labels }) => labels['severity'] !== 'none') }
    },
  }),
  defineTool({
    name: 'list_metrics',
    title: 'List metrics',
    description: 'Names of metrics in Prometheus that contain a text.',
    input: z.object({ contains: z.string().max(100).default('') }),
    readOnly: true,
    async run(api, { contains }) {
      const { data } = await api.get<{ data: string[] }>('/api/prometheus/label/__name__/values')
      return { metrics: data.filter((name) => name.includes(contains)).slice(0, 500) }
    },
  }),
  defineTool({
    name: 'query_metrics',
    title: 'Ask Prometheus',
    description: 'PromQL: the values now, or with stepSeconds a series over the last seconds. Rates want a window of at least 10s.',
    input: z.object({ query: z.string().min(1).max(5_000), lastSeconds, stepSeconds: z.number().int().min(1).max(3_600).optional() }),
    readOnly: true,
    async run(api, { query, lastSeconds: back, stepSeconds }) {
      await seen(api, 'dashboard', namedIn(query), query)
      const now = Date.now() / 1_000
      const params = new URLSearchParams(
        stepSeconds === undefined ? { query } : { query, start: String(now - back), end: String(now), step: String(stepSeconds) },
      )
      return api.get(`/api/prometheus/${stepSeconds === undefined ? 'query' : 'query_range'}?${params}`)
    },
  }),
  defineTool({
    name: 'search_traces',
    title: 'Search traces',
    description: 'Traces with a span of a service, the latest first; the slow or the failed alone if wanted.',
    input: z.object({
      service: z.string().max(60).optional(),
      operation: z.string().max(200).optional(),
      minDurationMs: z.number().min(0).optional(),
      errorsOnly: z.boolean().default(false),
      lastSeconds,
      limit: limit(100),
    }),
    readOnly: true,
    async run(api, { service, operation, minDurationMs, errorsOnly, lastSeconds: back, limit: most }) {
      await seen(api, 'trace', [service], `traces of ${service ?? 'any service'}`)
      const params = new URLSearchParams({ from: String(Date.now() - back * 1_000), to: String(Date.now()), limit: String(most) })
      if (service !== undefined) params.set('service', service)
      if (operation !== undefined) params.set('operation', operation)
      if (minDurationMs !== undefined) params.set('minDurationMs', String(minDurationMs))
      if (errorsOnly) params.set('errors', 'true')
      return api.get(`/api/telemetry/traces?${params}`)
    },
  }),
  defineTool({
    name: 'get_trace',
    title: 'Read a trace',
    description: 'Every span of a trace, from the user to the worker, with its service, time, status and attributes.',
    input: z.object({ traceId: z.string().regex(/^[0-9a-f]{32}$/, 'thirty-two hexadecimal digits') }),
    readOnly: true,
    async run(api, { traceId }) {
      const trace = await api.get<{ spans: { service: string; status: string }[] }>(`/api/telemetry/traces/${traceId}`)
      const failed = trace.spans.filter(({ status }) => status === 'Error').map(({ service }) => service)
      await seen(api, 'trace', failed, `trace ${traceId}`)
      return trace
    },
  }),
  defineTool({
    name: 'search_logs',
    title: 'Search logs',
    description: 'Log lines, the latest first: of services, their proxies (gateway-proxy, …), PostgreSQL, Redis and RabbitMQ.',
    input: z.object({
      service: z.string().max(60).optional(),
      text: z.string().max(200).optional(),
      severity: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).optional().describe('at least'),
      traceId: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .optional(),
      lastSeconds,
      limit: limit(200),
    }),
    readOnly: true,
    async run(api, { service, text, severity, traceId, lastSeconds: back, limit: most }) {
      await seen(api, 'logs', [service], `logs of ${service ?? 'everything'}`)
      const params = new URLSearchParams({ from: String(Date.now() - back * 1_000), to: String(Date.now()), limit: String(most) })
      if (service !== undefined) params.set('service', service)
      if (text !== undefined) params.set('text', text)
      if (severity !== undefined) params.set('minSeverity', String(severityNumber[severity]))
      if (traceId !== undefined) params.set('traceId', traceId)
      return api.get(`/api/telemetry/logs?${params}`)
    },
  }),
  defineTool({
    name: 'get_topology',
    title: 'Look at the topology',
    description: 'Components, who calls whom, which release each service runs, and whether each is up.',
    input: none,
    readOnly: true,
    run: (api) => api.get('/api/range'),
  }),
  defineTool({
    name: 'list_changes',
    title: 'List changes',
    description: 'Deploys, and changes of the mesh policy, with time and author.',
    input: z.object({ service: z.string().max(60).optional().describe('of this service alone') }),
    readOnly: true,
    async run(api, { service }) {
      const changes = await api.get<{ deployments: { service: string }[] }>('/api/changes')
      if (service !== undefined) await seen(api, 'deploys', [service], `deploys of ${service}`)
      return { ...changes, deployments: changes.deployments.filter((one) => service === undefined || one.service === service) }
    },
  }),
  defineTool({
    name: 'get_mesh_policy',
    title: 'Read the mesh policy',
    description: 'Istio resources in force between the services, the certificates of their proxies, and the revisions of the policy.',
    input: z.object({ service: z.string().max(60).optional().describe('whose calls you look at') }),
    readOnly: true,
    async run(api, { service }) {
      await seen(api, 'mesh', [service !== undefined && isService(service) ? service : undefined], 'the mesh')
      const [mesh, history] = await Promise.all([api.get<object>('/api/mesh'), api.get<object>('/api/mesh/history')])
      return { ...mesh, ...history }
    },
  }),
  defineTool({
    name: 'list_actions',
    title: 'List actions',
    description: 'What a responder may do to the shop, with the JSON Schema of the parameters of each. Some only look.',
    input: none,
    readOnly: true,
    run: (api) => api.get('/api/actions'),
  }),
  defineTool({
    name: 'run_action',
    title: 'Run an action',
    description: 'Carries out one of the actions of list_actions, and tells what it did. Those that change something may hurt users.',
    input: z.object({ action: z.string().regex(/^[a-z0-9-]+$/), params: z.record(z.string(), z.unknown()).default({}) }),
    readOnly: false,
    run: (api, { action, params }) => api.post(`/api/actions/${action}`, { params }),
  }),
  defineTool({
    name: 'name_cause',
    title: 'Name the cause',
    description: 'Says which component is the cause and of which kind it is. Wrong answers count against you.',
    input: z.object({ component: shopComponentName, category: causeCategory, sentence: z.string().max(500).default('') }),
    readOnly: false,
    run: async (api, input) => api.post(`/api/drills/${await running(api)}/cause`, input),
  }),
  defineTool({
    name: 'ask_hint',
    title: 'Ask for a hint',
    description: 'The next hint of the author, or for how long to try without. A drill with hints is assisted.',
    input: none,
    readOnly: false,
    async run(api) {
      const id = await running(api)
      const answer = await api.post<object>(`/api/drills/${id}/hint`)
      const { drill } = await api.get<{ drill: { hints: unknown[] } }>(`/api/drills/${id}`)
      return { ...answer, hints: drill.hints }
    },
  }),
  defineTool({
    name: 'add_note',
    title: 'Add a note',
    description: 'A line for the timeline of the drill.',
    input: z.object({ text: z.string().min(1).max(2_000) }),
    readOnly: false,
    run: async (api, input) => api.post(`/api/drills/${await running(api)}/notes`, input),
  }),
  defineTool({
    name: 'finish_drill',
    title: 'End the drill',
    description: 'Gives up, and restores the range. A drill ends by itself when the shop has recovered and the cause is named.',
    input: none,
    readOnly: false,
    run: async (api) => api.post(`/api/drills/${await running(api)}/finish`),
  }),
]
