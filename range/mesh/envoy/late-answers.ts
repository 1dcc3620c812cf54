import type { ServiceName } from '../../../model/components.ts'
import { cacheDelaysMs } from '../../../model/mesh.ts'
import type { RangeContext } from '../../context.ts'
import { fraction, loadAssignment, seconds, typed, type Json } from './json.ts'
import { cacheFaultKey } from './runtime.ts'

/** The dot in its name keeps its counters from being stored: the cluster of Redis has all metrics. */
const name = 'redis.link'
const opTimeoutMs = 5_000

const address = (context: RangeContext, service: ServiceName): Json => ({
  pipe: { path: `@firedrill-${context.config.id}-${service}-redis` },
})

/** A filter that parses the Redis protocol, and so counts commands and errors. */
const redisProxy = (statPrefix: string, cluster: string, timeoutMs: number, faults: Json[] = []): Json => ({
  name: 'envoy.filters.network.redis_proxy',
  typed_config: typed('envoy.extensions.filters.network.redis_proxy.v3.RedisProxy', {
    stat_prefix: statPrefix,
    settings: { op_timeout: seconds(timeoutMs), enable_redirection: false, enable_command_stats: false },
    prefix_routes: { catch_all_route: { cluster } },
    faults,
  }),
})

/**
 * The filter for a service's own connections to Redis. Responses are delayed one hop later: Envoy (up to 1.40 at least) crashes when a client
 * disconnects while a command that is to be delayed waits for Redis (`DelayFaultRequest::cancel` forgets the request that it wraps). The second hop's
 * client is this filter's pool, which never disconnects; the second hop times out before the first does.
 */
export const redisFilter = (): Json => redisProxy('redis', name, opTimeoutMs)

/** The path from the first hop … */
export const redisLinkCluster = (context: RangeContext, service: ServiceName): Json => ({
  name,
  type: 'STATIC',
  connect_timeout: seconds(opTimeoutMs),
  load_assignment: loadAssignment(name, [address(context, service)]),
})

/** … to the second, which delays responses as the runtime says, immediately and without a new connection. */
export const redisLinkListener = (context: RangeContext, service: ServiceName): Json => ({
  name,
  address: address(context, service),
  filter_chains: [
    {
      filters: [
        redisProxy(
          'link',
          'redis',
          opTimeoutMs - Math.max(...cacheDelaysMs) - 500,
          cacheDelaysMs.map((delayMs) => ({
            fault_type: 'DELAY',
            delay: seconds(delayMs),
            fault_enabled: { default_value: fraction(0), runtime_key: cacheFaultKey(delayMs) },
          })),
        ),
      ],
    },
  ],
})
