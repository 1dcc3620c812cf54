import type { ShopComponentName } from '../../model/components.ts'
import type { CauseCategory, ScenarioCard } from '../../model/scenario.ts'

type Card = Pick<ScenarioCard, 'id' | 'title' | 'summary' | 'skills'>
interface Cause {
  component: ShopComponentName
  category: CauseCategory
}

/** Causes that words in skills, titles and summaries suggest to somebody who has never looked at the shop; the first match counts. */
const hunches: [words: RegExp, cause: Cause][] = [
  [/certificate/i, { component: 'payments', category: 'certificate' }],
  [/mutual TLS/i, { component: 'catalog', category: 'mesh-policy' }],
  [/authorization|outlier detection/i, { component: 'inventory', category: 'mesh-policy' }],
  [/connections that live/i, { component: 'gateway', category: 'network' }],
  [/locks/i, { component: 'postgres', category: 'database' }],
  [/alert fatigue/i, { component: 'postgres', category: 'process' }],
  [/dead letters/i, { component: 'fulfilment', category: 'queue' }],
  [/message brokers/i, { component: 'rabbitmq', category: 'queue' }],
  [/cache consistency|progressive delivery|caches, metastable/i, { component: 'catalog', category: 'release' }],
  [/caches/i, { component: 'redis', category: 'cache' }],
  [/CPU saturation/i, { component: 'gateway', category: 'capacity' }],
  [/circuit breakers/i, { component: 'orders', category: 'mesh-policy' }],
  [/retry storms/i, { component: 'payments', category: 'mesh-policy' }],
  [/third parties/i, { component: 'payments', category: 'third-party' }],
  [/queues/i, { component: 'fulfilment', category: 'queue' }],
  [/failover|deploys/i, { component: 'inventory', category: 'release' }],
  [/networks/i, { component: 'orders', category: 'network' }],
  [/retries|timeouts|latency/i, { component: 'inventory', category: 'network' }],
]

/**
 * Guesses a cause from a drill's public texts and the catalogue alone, without a look at the shop: it takes the scenario whose id or title appears in
 * them, or else the one whose summary shares the most words with them, and then guesses from the topics of that one.
 */
export function guess(told: string, catalogue: readonly Card[]): Cause {
  const text = told.toLowerCase()
  const named = catalogue.find(({ id, title }) => text.includes(`"${id}"`) || text.includes(title.toLowerCase()))
  const words = new Set(text.match(/[a-z]{4,}/g))
  const shared = ({ summary, title, skills }: Card): number => {
    const own = new Set(`${title} ${summary} ${skills.join(' ')}`.toLowerCase().match(/[a-z]{4,}/g))
    return [...own].filter((word) => words.has(word)).length / own.size
  }
  const likely = named ?? catalogue.toSorted((a, b) => shared(b) - shared(a))[0]
  const known = `${likely?.skills.join(', ')} ${likely?.title} ${likely?.summary}`
  return hunches.find(([pattern]) => pattern.test(known))?.[1] ?? { component: 'inventory', category: 'release' }
}
