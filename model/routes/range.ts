import { z } from 'zod'
import { loadShape, loadShapeKinds, roles, runAction, handOverKeyboard, openShell, runCommand, setLoad, setMix } from '../api.ts'
import { componentName, componentStatus, serviceName } from '../components.ts'
import { dashboard } from '../dashboard.ts'
import type { DiffLine } from '../mesh.ts'
import { meshEdge, mostPolicyBytes } from '../mesh.ts'
import type { ParamsSchema } from '../params.ts'
import { publicStatus } from '../public-status.ts'
import type { LoadStatus } from '../range.ts'
import { loadStates } from '../range/load.ts'
import {
  accessPolicy,
  autoscaler,
  clusterEvent,
  clusterService,
  deployment,
  disruptionBudget,
  loadMix,
  meshIdentity,
  flagChange,
  meshRevision,
  podStatus,
  rollout,
} from '../range/schemas.ts'
import { exactly, type RouteTable } from './route.ts'

/** Parameters of a fault or of an action, as JSON Schema. */
export const parameterSchema = exactly<ParamsSchema>()(
  z.looseObject({
    properties: z
      .record(
        z.string(),
        z.looseObject({
          type: z.string().optional(),
          description: z.string().optional(),
          enum: z.array(z.union([z.string(), z.number()])).optional(),
          default: z.unknown().optional(),
          minimum: z.number().optional(),
          maximum: z.number().optional(),
          maxLength: z.number().optional(),
        }),
      )
      .optional(),
    required: z.array(z.string()).optional(),
  }) as z.ZodType<ParamsSchema>,
)

const listedAction = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  kind: z.enum(['inspect', 'change']).describe('`inspect` only looks; `change` acts on the shop.'),
  caution: z.string().nullable().describe('A warning, shown before it runs, when it may hurt users.'),
  params: parameterSchema,
})
const actionResult = z.object({
  summary: z.string().describe('One line that says what was done, and to what.'),
  rows: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('The output that a terminal would have shown, for actions that look.'),
})
const undo = z.object({
  action: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  what: z.string().describe('What it does: `deploy inventory 1.5.0 again`.'),
})

const actionRouteTable = {
  'GET /api/actions': { answer: z.object({ actions: z.array(listedAction) }) },
  'POST /api/actions/:id': {
    body: runAction,
    answer: actionResult.extend({ undo: undo.nullable().describe('The action that undoes it; null if there is none.') }),
  },
} as const satisfies RouteTable

const hosts = z.object({
  connected: z.boolean(),
  connectedAt: z.number().describe('Milliseconds since the epoch; 0 when the other host is unreachable.'),
  loadHosts: z.number().int().describe('Connected hosts of users.'),
  roundTripMs: z.number().nullable(),
  clockOffsetMs: z.number().nullable().describe('By how much the other host’s clock is ahead; accurate to half of the round trip.'),
})
const part = z.object({
  name: componentName,
  title: z.string(),
  role: z.enum(['service', 'datastore', 'mesh', 'observability', 'load', 'control']),
  calls: z.array(componentName).readonly(),
})

/** One version of the mesh's policy, without the policy. */
const revision = meshRevision.omit({ yaml: true })

const stateRouteTable = {
  'GET /health': { answer: z.object({ status: z.literal('ok') }) },
  'GET /metrics': { media: 'text/plain; version=0.0.4; charset=utf-8', answer: z.string() },
  'GET /api/openapi.json': { answer: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }) },
  'GET /api/session': { answer: z.object({ role: z.enum(roles).nullable(), profile: z.enum(['drill', 'production']) }) },
  'POST /api/session': { body: z.object({ token: z.string().max(500) }), answer: z.object({ role: z.enum(roles).nullable() }) },
  'DELETE /api/session': { answer: z.object({ role: z.null() }) },
  'GET /api/status': { answer: publicStatus },
  'GET /api/range': {
    answer: z.object({
      profile: z.enum(['drill', 'production']),
      components: z.array(componentStatus),
      topology: z.array(part),
      shopUrl: z.string(),
      hosts: hosts.nullable().describe('The state of the shop’s host, if it is another one.'),
      watchdogAt: z.number().nullable().describe('When the Watchdog alert last arrived, in milliseconds since the epoch.'),
      troubles: z.array(z.string()).describe('What prevents drills, in sentences.'),
      actions: z.number().int().describe('How many there are.'),
      cluster: z.boolean().describe('Whether the shop is in a cluster, which adds views.'),
    }),
  },
  /** The state of each component now, over new connections: `/api/range` may be seconds old. */
  'GET /api/components': { answer: z.object({ components: z.array(componentStatus) }) },
  /** What `kubectl` would show of the shop. */
  'GET /api/cluster': {
    answer: z.object({
      pods: z.array(podStatus),
      services: z.array(clusterService),
      rollouts: z.array(rollout),
      autoscalers: z.array(autoscaler),
      networkPolicies: z.array(accessPolicy),
      budgets: z.array(disruptionBudget),
      events: z.array(clusterEvent),
    }),
  },
  /** Deploys, and changes of the mesh's policy and of feature flags, as graphs mark them. */
  'GET /api/changes': {
    query: z.object({ service: serviceName.optional() }),
    answer: z.object({ deployments: z.array(deployment), flags: z.array(flagChange), policies: z.array(revision) }),
  },
  'GET /api/dashboards': { answer: z.object({ dashboards: z.array(dashboard) }) },
  'GET /api/runbooks': { answer: z.object({ runbooks: z.array(z.object({ id: z.string(), title: z.string() })) }) },
  'GET /api/runbooks/:id': { answer: z.object({ id: z.string(), title: z.string(), text: z.string().describe('Markdown.') }) },
} as const satisfies RouteTable

const loadStatus = exactly<LoadStatus>()(
  z.object({
    workers: z.number().int().describe('Processes that the users are spread over; 0 when Locust runs them all in its own process.'),
    state: z.enum(loadStates),
    users: z.number().int(),
    rps: z.number(),
    failRatio: z.number().describe('Share of requests that failed, 0–1; over the last ten seconds, like the others.'),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
  }),
)
const shape = z.object({ kind: z.enum(loadShapeKinds), ...loadShape.omit({ kind: true }).shape })
const loadRouteTable = {
  'GET /api/load': { answer: loadStatus },
  'PUT /api/load': { body: setLoad, answer: loadStatus },
  'GET /api/load/mix': { answer: loadMix },
  'PUT /api/load/mix': { body: setMix, answer: loadMix },
  'GET /api/load/shape': { answer: z.object({ shape: shape.nullable() }) },
  'PUT /api/load/shape': { body: loadShape, answer: z.object({ shape: shape.nullable() }) },
  'DELETE /api/load/shape': { answer: z.object({ shape: z.null() }) },
} as const satisfies RouteTable

const diff = z.array(exactly<DiffLine>()(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() })))
const policy = z.object({ yaml: z.string().min(1).max(mostPolicyBytes) })

/** The file of feature flags; changes to it are actions like any other. */
const flagRouteTable = {
  'GET /api/flags': { answer: z.object({ json: z.string().describe('In the format of flagd.') }) },
  'PUT /api/flags': { body: z.object({ json: z.string().min(1).max(65_536) }), answer: actionResult },
} as const satisfies RouteTable

/** The mesh's policy: the active one, its history, and changes to it, which are actions like any other. */
const meshRouteTable = {
  /** For one service, or for all. */
  'GET /api/mesh': {
    query: z.object({ service: serviceName.optional() }),
    answer: z.object({
      yaml: z.string(),
      revision: z.number().int(),
      edges: z.array(meshEdge),
      identities: z.array(meshIdentity),
    }),
  },
  'GET /api/mesh/history': { answer: z.object({ revisions: z.array(revision).describe('Newest first.') }) },
  'GET /api/mesh/history/:revision': {
    params: z.object({ revision: z.coerce.number().int().min(0) }),
    answer: meshRevision.extend({ diff: diff.describe('Compared with the previous revision.') }),
  },
  /** What a policy would change, or why it would be refused; changes nothing. */
  'POST /api/mesh/check': { body: policy, answer: z.object({ problem: z.string().nullable(), diff }) },
  'PUT /api/mesh': { body: policy, answer: actionResult },
} as const satisfies RouteTable

/** A terminal, as somebody who may see it is told about it. */
const shell = z.object({
  id: z.string(),
  owner: z.string(),
  openedAt: z.number(),
  cols: z.number().int(),
  rows: z.number().int(),
  watchers: z.number().int(),
  watchedBy: z.array(z.string()).describe('Others who are watching it now, so that the user knows.'),
  mayType: z.boolean(),
  isOwn: z.boolean(),
  typist: z.string().nullable().describe('The other person who has been given the keyboard.'),
  recorded: z.boolean(),
})
const shellId = z.object({ id: z.string().max(40) })
const shellRouteTable = {
  'GET /api/shells': {
    answer: z.object({
      trouble: z.string().nullable().describe('Why no terminal is available.'),
      programs: z.array(z.object({ name: z.string(), found: z.boolean() })),
      shells: z.array(shell),
    }),
  },
  'POST /api/shells': { body: openShell, answer: shell },
  'DELETE /api/shells/:id': { params: shellId, answer: z.object({ closed: z.string() }) },
  'PUT /api/shells/:id/keyboard': { params: shellId, body: handOverKeyboard, answer: shell },
  'POST /api/shells/commands': {
    body: runCommand,
    answer: z.object({
      output: z.string().describe('Both streams, in the order in which they arrived; the middle of long output is left out.'),
      leftOut: z.number().int().describe('Number of bytes left out.'),
      status: z.number().int().describe('Exit status; 124 when it was stopped because it took too long.'),
      folder: z.string().describe('The folder that the next command begins in.'),
      tookMs: z.number(),
    }),
  },
} as const satisfies RouteTable

export const rangeRoutes = {
  ...actionRouteTable,
  ...stateRouteTable,
  ...loadRouteTable,
  ...flagRouteTable,
  ...meshRouteTable,
  ...shellRouteTable,
} as const
