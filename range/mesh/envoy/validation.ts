import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { FiredrillError } from '../../../model/errors.ts'
import { isRecord } from '../../../model/json.ts'
import { turns } from '../../in-turn.ts'
import { maxProgramSize } from '../regex.ts'
import { rbacFilters } from './authorization.ts'
import { typed, type Json } from './json.ts'
import type { ProxyConfig } from './proxy.ts'

const run = promisify(execFile)
/** Takes a tenth of a second; on a machine that is busy with a drill, longer. */
const validateMs = 10_000
const oneAtATime = turns()

/**
 * Makes Envoy itself validate the routes and clusters of all proxies, without running any, before they are applied anywhere. Throws `bad-request`
 * with Envoy's reason and, if it quotes something from the policy, its line. `envoy` is the program.
 */
export const validate = (envoy: string, proxies: readonly ProxyConfig[], yaml: string): Promise<void> =>
  oneAtATime(() => ask(envoy, proxies, yaml))

async function ask(envoy: string, proxies: readonly ProxyConfig[], yaml: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'envoy-'))
  const file = path.join(folder, 'envoy.json')
  try {
    await writeFile(file, JSON.stringify(wholeOf(proxies)), { mode: 0o600 })
    await run(envoy, ['--mode', 'validate', '--log-level', 'error', '--config-path', file], {
      timeout: validateMs,
      maxBuffer: 8 * 1_024 * 1_024,
    })
  } catch (error) {
    const { stderr, code } = isRecord(error) ? error : {}
    if (typeof code !== 'number')
      throw new FiredrillError('timed-out', `Envoy has not said within ${validateMs / 1_000} s whether it takes this policy: try again`, {
        cause: error,
      })
    throw new FiredrillError('bad-request', reasonIn(String(stderr ?? ''), yaml), { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One configuration with everything that a policy determines. */
function wholeOf(proxies: readonly ProxyConfig[]): Json {
  const resources = (content: Json): Json[] => content['resources'] as Json[]
  const plain = (resource: Json): Json =>
    Object.fromEntries(Object.entries(resource).filter(([key]) => key !== '@type' && key !== 'transport_socket'))
  const named = (cluster: Json, index: number): Json => {
    const name = `${index}-${String(cluster['name'])}`
    return { ...cluster, name, load_assignment: { ...(cluster['load_assignment'] as Json), cluster_name: name } }
  }
  const tables = proxies.flatMap(({ routes }) => routes.flatMap(({ content }) => resources(content)))
  return {
    layered_runtime: { layers: [{ name: 'static', static_layer: { 're2.max_program_size.error_level': maxProgramSize } }] },
    static_resources: {
      clusters: proxies.flatMap(({ clusters }, index) => resources(clusters.content).map((cluster) => named(plain(cluster), index))),
      listeners: tables.map((table, index) => listener(plain(table), index)),
    },
  }
}

const listener = (table: Json, index: number): Json => ({
  name: `table-${index}`,
  address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
  filter_chains: [
    {
      filters: [
        {
          name: 'envoy.filters.network.http_connection_manager',
          typed_config: typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
            stat_prefix: `table-${index}`,
            route_config: table,
            http_filters: [
              ...Object.values(rbacFilters).map((name) => ({ name, typed_config: typed('envoy.extensions.filters.http.rbac.v3.RBAC') })),
              { name: 'envoy.filters.http.fault', typed_config: typed('envoy.extensions.filters.http.fault.v3.HTTPFault') },
              { name: 'envoy.filters.http.router', typed_config: typed('envoy.extensions.filters.http.router.v3.Router') },
            ],
          }),
        },
      ],
    },
  ],
})

/** Envoy's reason, in one line, at the line of the policy that contains what it quotes. */
function reasonIn(stderr: string, yaml: string): string {
  const said = /error initializing configuration '[^']*': ([^]*)/.exec(stderr)?.[1] ?? stderr
  // A dump of the message follows.
  const reason = (said.split(/\n|goo\.gle\/debug\w*/)[0] ?? '').trim().slice(0, 400) || 'without a reason'
  const quoted = [...said.matchAll(/'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)"/g)].map(([, a, b]) => a ?? b ?? '')
  const lines = yaml.split('\n')
  const index = lines.findIndex((line) => quoted.some((text) => text.length > 2 && line.includes(text)))
  return `${index < 0 ? '' : `line ${index + 1}: `}Envoy refuses it: ${reason}`
}
