import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { countPlayable } from '../../model/scenario.ts'
import { defineTool, limit, nothing, running, type Tool } from './tool.ts'

const lastSeconds = z.number().int().min(1).max(86_400).default(300).describe('how far back, in seconds')
/** Trace ids, as they are shown and as people copy them. */
const traceId = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[0-9a-f]{32}$/, 'thirty-two hexadecimal digits')
/** Severities of the OpenTelemetry log data model. */
const severityNumber = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const

/** Names in syslog, Python and Java. */
const severityNames: Record<string, keyof typeof severityNumber> = {
  WARNING: 'WARN',
  CRITICAL: 'FATAL',
  ERR: 'ERROR',
  TRACE: 'DEBUG',
  NOTICE: 'INFO',
}
const severityMeant = (given: unknown): unknown => (typeof given === 'string' ? (severityNames[given.toUpperCase()] ?? given) : given)

/** Tools that only look. The routes that they call record the looks, as for everybody. */
export const investigate: readonly Tool[] = [
  defineTool({
    name: 'list_scenarios',
    title: 'Count scenarios',
    description:
      'How many incidents of each difficulty can be practised. What they are about is not revealed: start_drill chooses a scenario.',
    input: nothing,
    readOnly: true,
    async run(api) {
      const { scenarios } = await api.get('/api/scenarios')
      return { scenarios: countPlayable(scenarios) }
    },
  }),
  defineTool({
    name: 'list_shifts',
    title: 'List shifts',
    description: `Shifts that can be played: half an hour or more on call, with several incidents, of which two may be open at once, and with pages that need no action.
What happens in a shift is not revealed. Start one with start_drill.`,
    input: nothing,
    readOnly: true,
    async run(api) {
      const { shifts } = await api.get('/api/shifts')
      return {
        shifts: shifts
          .filter(({ playable }) => playable)
          .map(({ id, title, summary, difficulty, limitMs }) => ({ id, title, summary, difficulty, limitMs })),
      }
    },
  }),
  defineTool({
    name: 'get_drill',
    title: 'Look at the drill',
    description: `The running drill: story, pages, milestones reached, hints given, and its latest events. In a shift, "incidents" has everything that has paged, by its
number, with its own pages and milestones; some of it needs no action. "over" says that nothing is left to do about an incident.`,
    input: z.object({ events: limit(200) }),
    readOnly: true,
    async run(api, { events }) {
      const view = await api.get('/api/drills/:id', { id: await running(api) })
      return { ...view, events: view.events.slice(-events) }
    },
  }),
  defineTool({
    name: 'list_alerts',
    title: 'List alerts',
    description:
      'The alerts that are firing now, from Alertmanager: labels, annotations with their runbook, and whether it is silenced or inhibited.',
    input: nothing,
    readOnly: true,
    async run(api) {
      const alerts = await api.get('/api/alerts')
      return { alerts: alerts.filter(({ labels }) => labels['severity'] !== 'none') }
    },
  }),
  defineTool({
    name: 'list_metrics',
    title: 'List metrics',
    description: 'Names of metrics in Prometheus that contain a given text.',
    input: z.object({ contains: z.string().max(100).default('') }),
    readOnly: true,
    async run(api, { contains }) {
      const { data } = await api.get('/api/prometheus/label/:name/values', { name: '__name__' })
      return { metrics: data.filter((name) => name.includes(contains)).slice(0, 500) }
    },
  }),
  defineTool({
    name: 'query_metrics',
    title: 'Ask Prometheus',
    description: 'PromQL: the values now, or with stepSeconds a series over the last seconds. Rates need a window of at least 10s.',
    input: z.object({ query: z.string().min(1).max(5_000), lastSeconds, stepSeconds: z.number().int().min(1).max(3_600).optional() }),
    readOnly: true,
    async run(api, { query, lastSeconds: back, stepSeconds }) {
      const now = Date.now() / 1_000
      const params = new URLSearchParams(
        stepSeconds === undefined ? { query } : { query, start: String(now - back), end: String(now), step: String(stepSeconds) },
      )
      return stepSeconds === undefined
        ? api.get('/api/prometheus/query', { query: params })
        : api.get('/api/prometheus/query_range', { query: params })
    },
  }),
  defineTool({
    name: 'search_traces',
    title: 'Search traces',
    description: 'Traces with a span of a service, the latest first; only the slow or the failed ones if wanted.',
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
      const params = new URLSearchParams({ from: String(Date.now() - back * 1_000), to: String(Date.now()), limit: String(most) })
      if (service !== undefined) params.set('service', service)
      if (operation !== undefined) params.set('operation', operation)
      if (minDurationMs !== undefined) params.set('minDurationMs', String(minDurationMs))
      if (errorsOnly) params.set('errors', 'true')
      return api.get('/api/telemetry/traces', { query: params })
    },
  }),
  defineTool({
    name: 'get_trace',
    title: 'Read a trace',
    description: 'Every span of a trace, from the user to the worker, with its service, time, status and attributes.',
    input: z.object({ traceId }),
    readOnly: true,
    run: (api, { traceId }) => api.get('/api/telemetry/traces/:id', { id: traceId }),
  }),
  defineTool({
    name: 'search_logs',
    title: 'Search logs',
    description: 'Log lines, the latest first: of services, their proxies (gateway-proxy, …), PostgreSQL, Redis and RabbitMQ.',
    input: z.object({
      service: z.string().max(60).optional(),
      text: z.string().max(200).optional(),
      severity: z.preprocess(severityMeant, z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).optional()).describe('at least'),
      traceId: traceId.optional(),
      lastSeconds,
      limit: limit(200),
    }),
    readOnly: true,
    verbatim: ['text'],
    async run(api, { service, text, severity, traceId, lastSeconds: back, limit: most }) {
      const params = new URLSearchParams({ from: String(Date.now() - back * 1_000), to: String(Date.now()), limit: String(most) })
      if (service !== undefined) params.set('service', service)
      if (text !== undefined) params.set('text', text)
      if (severity !== undefined) params.set('minSeverity', String(severityNumber[severity]))
      if (traceId !== undefined) params.set('traceId', traceId)
      return api.get('/api/telemetry/logs', { query: params })
    },
  }),
  defineTool({
    name: 'get_topology',
    title: 'Look at the topology',
    description: 'Components, who calls whom, which release each service runs, and whether each is up.',
    input: nothing,
    readOnly: true,
    run: (api) => api.get('/api/range'),
  }),
  defineTool({
    name: 'list_changes',
    title: 'List changes',
    description: 'Deploys, and changes of the mesh policy and of feature flags, with time and author.',
    input: z.object({ service: serviceName.optional().describe('only of this service') }),
    readOnly: true,
    run: (api, { service }) => api.get('/api/changes', { query: { service } }),
  }),
  defineTool({
    name: 'get_mesh_policy',
    title: 'Read the mesh policy',
    description:
      'The Istio resources that are active between the services, the certificates of their proxies, and the revisions of the policy.',
    input: z.object({ service: serviceName.optional().describe('whose calls you look at') }),
    readOnly: true,
    async run(api, { service }) {
      const [mesh, history] = await Promise.all([api.get('/api/mesh', { query: { service } }), api.get('/api/mesh/history')])
      return { ...mesh, ...history }
    },
  }),
  defineTool({
    name: 'list_actions',
    title: 'List actions',
    description: 'What a responder may do to the shop, with the JSON Schema of the parameters of each. Some only look.',
    input: nothing,
    readOnly: true,
    run: (api) => api.get('/api/actions'),
  }),
]
