import type { Binding, QueuePolicy } from '../../model/range.ts'
import { bindings as declared, queues } from '../../shop/contract.ts'
import { defineResource, forEach, listed } from './resource.ts'

const freshBindings: readonly Binding[] = declared
const same = (a: Binding) => (b: Binding) => a.exchange === b.exchange && a.queue === b.queue && a.key === b.key
const missing = (found: readonly Binding[]) => freshBindings.filter((binding) => !found.some(same(binding)))
const foreign = (found: readonly Binding[]) => found.filter((binding) => !freshBindings.some(same(binding)))
const written = ({ exchange, queue, key }: Binding): string => `${exchange} –${key}→ ${queue}`

export const bindings = defineResource<Binding[]>({
  id: 'queue-bindings',
  title: 'routes to the queues',
  after: ['datastores'],
  read: (range) => range.queue.bindings(),
  differs: (found) =>
    listed([
      ...missing(found).map((binding) => `missing: ${written(binding)}`),
      ...foreign(found).map((binding) => `foreign: ${written(binding)}`),
    ]),
  async restore(range, found) {
    await forEach(missing(found), (binding) => range.queue.bind(binding))
    await forEach(foreign(found), (binding) => range.queue.unbind(binding))
  },
})

/** A fresh range has none: the services declare everything that their queues need. */
export const queuePolicies = defineResource<QueuePolicy[]>({
  id: 'queue-policies',
  title: 'policies of the broker',
  after: ['datastores'],
  read: (range) => range.queue.policies(),
  differs: (found) => listed(found.map(({ name, pattern }) => `${name} applies to ${pattern}`)),
  restore: (range, found) => forEach(found, ({ name }) => range.queue.removePolicy(name)),
})

export const brokerMemory = defineResource<{ limitBytes: number; usualLimitBytes: number }>({
  id: 'broker-memory',
  title: "the broker's memory limit",
  after: ['datastores'],
  async read(range) {
    const { limitBytes, usualLimitBytes } = await range.queue.memory()
    return { limitBytes, usualLimitBytes }
  },
  differs: ({ limitBytes, usualLimitBytes }) => (limitBytes === usualLimitBytes ? null : `${limitBytes} bytes`),
  restore: (range) => range.queue.limitMemory(null),
  print: ({ limitBytes }) => limitBytes,
})

export const deadLetters = defineResource<number>({
  id: 'dead-letters',
  title: 'messages that were set aside',
  after: ['datastores'],
  read: async (range) => (await range.queue.status(queues.dead)).ready,
  differs: (found) => (found === 0 ? null : `${found} messages`),
  restore: async (range) => void (await range.queue.purge(queues.dead)),
})
