import type { Role } from '../model/api.ts'

/** Roles, and callers without a token. */
type Asker = Role | 'public'

/** Limits for one kind of route. */
export interface Limit {
  /** Size of a request's body, in bytes. */
  bytes: number
  /** Time until the answer, in milliseconds; null for streams, which begin immediately and continue. */
  ms: number | null
  /** Requests per minute of one caller: a person, or an address. A role that is not named has the trainee's. */
  perMinute: Partial<Record<Asker, number>> & { trainee: number }
}

const kib = 1024
const service = { service: 12_000 }

export const limits = {
  /** Anybody may call it, such as monitors and users. */
  open: { bytes: kib, ms: 10_000, perMinute: { trainee: 1_200, public: 600, ...service } },
  /** A token or a code is checked: too seldom to be guessed. */
  entry: { bytes: 4 * kib, ms: 5_000, perMinute: { trainee: 60, public: 60 } },
  /** An answer from what the control plane has at hand. */
  read: { bytes: kib, ms: 15_000, perMinute: { trainee: 3_000, instructor: 6_000, ...service } },
  /** A drill with all its events, which may be a megabyte: computed after each event, and cached. */
  drill: { bytes: kib, ms: 15_000, perMinute: { trainee: 1_200, instructor: 2_400 } },
  /** The answer has to be computed from many events. */
  worked: { bytes: kib, ms: 30_000, perMinute: { trainee: 60, instructor: 300 } },
  /** A backend answers: Prometheus, Alertmanager or the telemetry store. Queries may be long. */
  telemetry: { bytes: 1024 * kib, ms: 20_000, perMinute: { trainee: 3_000, instructor: 6_000 } },
  /** A note with a pinned graph, whose size `model/pin.ts` limits. */
  pin: { bytes: 64 * kib, ms: 10_000, perMinute: { trainee: 120, instructor: 240 } },
  /** A short message from a person, or from a page on their behalf. */
  word: { bytes: 16 * kib, ms: 10_000, perMinute: { trainee: 300, instructor: 600 } },
  /** Questions to the coach: each may use a model. */
  question: { bytes: 4 * kib, ms: 10_000, perMinute: { trainee: 20, instructor: 60 } },
  /** A change of the drill, which may have to wait for the range. */
  step: { bytes: 16 * kib, ms: 180_000, perMinute: { trainee: 60, instructor: 600 } },
  /** A change of the shop. */
  act: { bytes: 256 * kib, ms: 120_000, perMinute: { trainee: 240, instructor: 1_200 } },
  /** Validates a policy or computes a diff, in a worker thread. */
  policy: { bytes: 128 * kib, ms: 15_000, perMinute: { trainee: 60, instructor: 300 } },
  /** For instructors and for the range's own parts: these operations may take a while. */
  manage: { bytes: 256 * kib, ms: 300_000, perMinute: { trainee: 60, instructor: 6_000, ...service } },
  /** Pages from Alertmanager, many at once. */
  pager: { bytes: 1024 * kib, ms: 15_000, perMinute: { trainee: 60, service: 12_000 } },
  /** Streams that last as long as the client listens; their number is limited where they are opened. */
  stream: { bytes: kib, ms: null, perMinute: { trainee: 120, instructor: 240, service: 1_200 } },
  /** Opens a terminal, which creates a jail. */
  shell: { bytes: kib, ms: 10_000, perMinute: { trainee: 30, instructor: 60 } },
  /** Runs a command without a terminal, with a timeout of its own. */
  command: { bytes: 32 * kib, ms: 140_000, perMinute: { trainee: 240, instructor: 600 } },
  /** A call through MCP makes several API requests, each with its own limit. */
  mcp: { bytes: 256 * kib, ms: 130_000, perMinute: { trainee: 600, instructor: 1_200 } },
} as const satisfies Record<string, Limit>
export type LimitName = keyof typeof limits

/** This many refused requests per address get a reason, including those with a wrong token; further ones are refused without a check. */
export const refusalsPerMinute = limits.entry.perMinute.public

/** The limits of all routes of the API: `METHOD /path`, as in the OpenAPI document. A route without one is not served. */
export const routeLimits: Record<string, LimitName> = {
  'GET /health': 'open',
  'GET /metrics': 'open',
  'GET /api/status': 'open',
  'GET /api/session': 'open',
  'POST /api/session': 'entry',
  'DELETE /api/session': 'entry',
  'POST /api/game-day/join': 'entry',
  'GET /api/openapi.json': 'worked',

  'GET /api/scenarios': 'read',
  'GET /api/scenarios/{id}/plan': 'read',
  'GET /api/drills': 'read',
  'GET /api/drills/{id}': 'drill',
  'GET /api/health': 'read',
  'GET /api/range': 'read',
  'GET /api/components': 'read',
  'GET /api/cluster': 'read',
  'GET /api/changes': 'read',
  'GET /api/load': 'read',
  'GET /api/load/mix': 'read',
  'GET /api/load/shape': 'read',
  'GET /api/dashboards': 'read',
  'GET /api/runbooks': 'read',
  'GET /api/runbooks/{id}': 'read',
  'GET /api/actions': 'read',
  'GET /api/game-day': 'read',
  'GET /api/game-days': 'read',
  'GET /api/flags': 'read',
  'GET /api/mesh': 'read',
  'GET /api/mesh/history': 'read',
  'GET /api/mesh/history/{revision}': 'policy',
  'GET /api/pages': 'read',
  'GET /api/slos': 'read',

  'GET /api/progress': 'worked',
  'GET /api/shifts': 'worked',
  'GET /api/shifts/{id}/plan': 'read',
  'GET /api/drills/{id}/shift': 'worked',
  'GET /api/paths': 'worked',
  'GET /api/drills/{id}/debrief': 'worked',
  'GET /api/drills/{id}/terminals': 'read',
  'GET /api/drills/{id}/terminals/{terminal}': 'worked',
  'GET /api/drills/{id}/postmortem.md': 'worked',
  'GET /api/drills/{id}/debrief.html': 'worked',
  'GET /api/drills/{id}/postmortem.zip': 'worked',

  'POST /api/drills': 'step',
  'POST /api/drills/{id}/acknowledge': 'step',
  'POST /api/drills/{id}/cause': 'step',
  'POST /api/drills/{id}/skip': 'step',
  'POST /api/drills/{id}/finish': 'step',
  'POST /api/drills/{id}/abort': 'step',
  'POST /api/drills/{id}/pause': 'step',
  'POST /api/drills/{id}/continue': 'step',
  'POST /api/drills/{id}/extend': 'step',
  'POST /api/drills/{id}/hint': 'question',
  'POST /api/drills/{id}/coach': 'question',
  'POST /api/drills/{id}/coach/snooze': 'word',
  'PUT /api/drills/{id}/coach/mode': 'word',
  'POST /api/drills/{id}/notes': 'pin',
  'POST /api/drills/{id}/views': 'word',
  'POST /api/drills/{id}/tool-calls': 'word',
  'POST /api/drills/{id}/messages': 'word',
  'POST /api/drills/{id}/chat': 'word',
  'POST /api/drills/{id}/status-updates': 'word',
  'GET /api/drills/{id}/handovers': 'read',
  'POST /api/drills/{id}/handovers': 'word',
  'GET /api/drills/{id}/people': 'read',
  'POST /api/drills/{id}/people/{person}/messages': 'question',
  'POST /api/drills/{id}/people/{person}/enter': 'word',
  'PUT /api/drills/{id}/people/muted': 'word',
  'POST /api/drills/{id}/quiet': 'word',
  'GET /api/drills/{id}/tickets': 'read',
  'POST /api/drills/{id}/tickets/answer': 'word',
  'POST /api/drills/{id}/tickets/link': 'word',
  'POST /api/drills/{id}/tickets/close': 'word',
  'POST /api/drills/{id}/affected': 'act',
  'PUT /api/game-day/role': 'word',
  'POST /api/game-day/chat': 'word',

  'POST /api/actions/{id}': 'act',
  'PUT /api/flags': 'act',
  'PUT /api/mesh': 'act',
  'POST /api/mesh/check': 'policy',

  'GET /api/prometheus/{*}': 'telemetry',
  'POST /api/prometheus/{*}': 'telemetry',
  'POST /api/prometheus/query_ranges': 'telemetry',
  'GET /api/exemplars': 'telemetry',
  'GET /api/telemetry/{*}': 'telemetry',
  'GET /api/alerts': 'telemetry',
  'GET /api/alert-groups': 'telemetry',
  'GET /api/silences': 'telemetry',
  'POST /api/silences': 'word',
  'DELETE /api/silences/{id}': 'word',
  'GET /prometheus/api/v1/query': 'telemetry',
  'POST /prometheus/api/v1/query': 'telemetry',
  'GET /prometheus/api/v1/query_range': 'telemetry',
  'POST /prometheus/api/v1/query_range': 'telemetry',

  'GET /api/faults': 'manage',
  'POST /api/faults/{id}': 'manage',
  'DELETE /api/faults/{instance}': 'manage',
  'DELETE /api/faults': 'manage',
  'GET /api/fingerprint': 'manage',
  'GET /api/samples': 'manage',
  'GET /api/invariants': 'manage',
  'POST /api/reset': 'manage',
  'PUT /api/load': 'manage',
  'PUT /api/load/mix': 'manage',
  'PUT /api/load/shape': 'manage',
  'DELETE /api/load/shape': 'manage',
  'POST /api/game-days': 'manage',
  'POST /api/game-days/{id}/next': 'manage',
  'POST /api/game-days/{id}/end': 'manage',
  'DELETE /api/game-days/{id}/people/{name}': 'manage',

  'POST /api/pager/page': 'pager',
  'POST /api/pager/ticket': 'pager',
  'POST /api/pager/watchdog': 'pager',

  'GET /api/shells': 'read',
  'POST /api/shells': 'shell',
  'DELETE /api/shells/{id}': 'word',
  'PUT /api/shells/{id}/keyboard': 'word',
  'GET /api/shells/{id}/socket': 'stream',
  'POST /api/shells/commands': 'command',

  'GET /api/live': 'stream',
  'GET /api/lease': 'stream',
  'POST /mcp': 'mcp',
  'GET /mcp': 'mcp',
  'DELETE /mcp': 'mcp',
}

/** Forwarded pages of other servers, and those of the console, under any path. */
const pages = /^(\/(prometheus|jaeger|locust)(\/|$)|\/$|\/\*$|\/index\.html$|\/assets\/|\/[\w.-]+\.(svg|png|ico|webmanifest|txt)$)/

/** The limit of a route, by Fastify's name for it; null if it has none. */
export function limitOf(method: string, url: string): LimitName | null {
  const asked = method === 'HEAD' ? 'GET' : method
  const written = url.replaceAll(/:(\w+)/g, '{$1}').replace(/\*$/, '{*}')
  return routeLimits[`${asked} ${written}`] ?? (pages.test(url) ? 'telemetry' : null)
}
