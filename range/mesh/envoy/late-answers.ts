import type { ServiceName } from '../../../model/components.ts'
import { cacheDelaysMs } from '../../../model/mesh.ts'
import type { RangeContext } from '../../context.ts'
import { fraction, loadAssignment, seconds, typed, type Json } from './json.ts'
import { cacheFaultKey } from './runtime.ts'

/** Its counters are kept by nobody, thanks to the dot: the cluster of Redis tells all that there is to know. */
const name = 'redis.link'
const opTimeoutMs = 5_000

const address = (context: RangeContext, service: ServiceName): Json => ({
  pipe: { path: `@firedrill-${context.config.id}-${service}-redis` },
})

/** A filter that understands Redis, and so counts its commands and their errors. */
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
 * What a service's own connections to Redis meet. Answers are held back one hop later: an Envoy (up to 1.40 at least) crashes when a client leaves while a
 * command that is to be delayed waits for Redis (`DelayFaultRequest::cancel` forgets the request that it wraps). The client of the second hop is this
 * filter's pool, which never leaves; the second hop gives up before the first does.
 */
export const redisFilter = (): Json => redisProxy('redis', name, opTimeoutMs)

/** The way from the first hop … */
export const redisLinkCluster = (context: RangeContext, service: ServiceName): Json => ({
  name,
  type: 'STATIC',
  connect_timeout: seconds(opTimeoutMs),
  load_assignment: loadAssignment(name, [address(context, service)]),
})

/** … to the second, which holds answers back as the runtime says, at once and without a new connection. */
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
