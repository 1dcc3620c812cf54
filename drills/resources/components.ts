import {
  datastoreNames,
  proxyNames,
  serviceNames,
  supervisedNames,
  type ComponentName,
  type ComponentStatus,
} from '../../model/components.ts'
import type { Range } from '../../model/range.ts'
import { defineResource, forEach, listed } from './resource.ts'

type State = Pick<ComponentStatus, 'name' | 'state'>

/** Components run: stopped ones are started, suspended ones resumed. */
const running = (id: string, title: string, names: readonly ComponentName[], after: readonly string[]) =>
  defineResource<State[]>({
    id,
    title,
    after,
    async read(range: Range) {
      const status = await range.status({ readiness: false })
      return names.map((name) => ({ name, state: status.find((component) => component.name === name)?.state ?? 'stopped' }))
    },
    differs: (found) => listed(found.filter(({ state }) => state !== 'running').map(({ name, state }) => `${name} is ${state}`)),
    restore: (range, found) =>
      forEach(
        found.filter(({ state }) => state !== 'running'),
        async ({ name, state }) => {
          if (state === 'suspended') await range.processes.signal(name, 'SIGCONT')
          await range.processes.start(name)
        },
      ),
  })

export const datastores = running('datastores', 'the database, the cache and the queue', datastoreNames, ['cluster'])
export const proxies = running('proxies', "the mesh's proxies", proxyNames, ['cluster'])
export const services = running('services', "the shop's services", serviceNames, ['cluster'])

/** The control plane is what restores, and an agent must be up if anything answers at all; proxies are listed separately. */
const apart: readonly ComponentName[] = ['control', 'agent', ...proxyNames]
const watchers = [...supervisedNames, 'supervisor' as const].filter((name) => !apart.includes(name))
/** The supervisor restarts those that crashed, but none that was stopped or suspended. */
export const monitoring = running('monitoring', 'monitoring and load', watchers, [])
