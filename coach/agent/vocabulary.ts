import { shopComponentNames, type ShopComponentName } from '../../model/components.ts'
import { causeCategories, type causeCategory } from '../../model/scenario.ts'
import type { z } from 'zod'

/**
 * Words that can give an answer away: what can be broken, how, and the remedies. None may be said before the drill has said it. The list is the same
 * for every scenario, so a refusal reveals nothing about the answer.
 */
const componentWords: Record<ShopComponentName, string[]> = {
  gateway: ['gateway', 'front door'],
  catalog: ['catalog', 'catalogue', 'product service', 'price', 'prices'],
  inventory: ['inventory', 'stock', 'warehouse', 'shelves', 'reservation', 'reservations'],
  orders: ['orders', 'order service', 'basket'],
  payments: ['payments', 'payment', 'pay', 'psp', 'till'],
  fulfilment: ['fulfilment', 'fulfillment', 'worker', 'shipping', 'consumer', 'consumers'],
  postgres: ['postgres', 'postgresql', 'database', 'databases', 'sql', 'query', 'queries', 'statement', 'statements', 'table', 'tables'],
  redis: ['redis', 'cache', 'caches', 'cached', 'caching', 'key', 'keys'],
  rabbitmq: ['rabbitmq', 'rabbit', 'queue', 'queues', 'broker', 'message', 'messages', 'binding', 'exchange'],
}
const categoryWords: Record<z.infer<typeof causeCategory>, string[]> = {
  release: ['release', 'releases', 'released', 'deploy', 'deploys', 'deployed', 'deployment', 'version', 'versions'],
  configuration: ['configuration', 'config', 'configured', 'setting', 'settings', 'override', 'endpoint', 'timeout', 'timeouts'],
  database: ['lock', 'locks', 'locked', 'index', 'indexes', 'bloat', 'vacuum', 'transaction', 'transactions', 'session', 'sessions'],
  cache: ['stale', 'eviction', 'evicted', 'expiry', 'invalidation', 'flush', 'flushed', 'ttl'],
  queue: ['backlog', 'poison', 'unacked', 'prefetch', 'dead letter'],
  capacity: [
    'capacity',
    'saturated',
    'saturation',
    'pool',
    'pools',
    'cpu',
    'memory',
    'leak',
    'overload',
    'overloaded',
    'bots',
    'hot product',
  ],
  process: ['process', 'crash', 'crashed', 'crashes', 'crashing', 'hang', 'hung', 'killed', 'oom'],
  'third-party': ['third party', 'provider', 'vendor', 'supplier'],
  'mesh-policy': ['mesh', 'policy', 'breaker', 'breakers', 'circuit', 'retry', 'retries', 'ejection', 'ejected', 'authorization'],
  network: ['network', 'partition', 'packet', 'packets', 'latency fault', 'sidecar', 'proxy', 'proxies', 'envoy'],
  certificate: ['certificate', 'certificates', 'mtls', 'tls', 'expired', 'ca', 'spiffe'],
}
const remedyWords = [
  ['roll back', 'rollback', 'roll-back', 'revert', 'undo'],
  ['restart', 'restarts', 'restarted', 'reboot'],
  ['scale', 'replica', 'replicas'],
  ['kill', 'terminate', 'cancel', 'end the'],
  ['purge', 'drain', 'requeue', 'discard'],
  ['renew', 'rotate', 'reissue'],
  ['rate limit', 'shed', 'throttle', 'block'],
]

export const guardedWords: readonly string[] = [
  ...new Set([
    ...shopComponentNames.flatMap((name) => componentWords[name]),
    ...causeCategories.flatMap((name) => [name, ...categoryWords[name]]),
    ...remedyWords.flat(),
  ]),
]
