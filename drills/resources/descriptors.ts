import { serviceNames, type ServiceName } from '../../model/components.ts'
import { defineResource, forEach, listed } from './resource.ts'

export const descriptorLimits = defineResource<{ service: ServiceName; limit: number }[]>({
  id: 'descriptor-limits',
  title: 'limits of file descriptors',
  after: ['services', 'deployments'],
  isOn: (range) => !range.lacks.includes('descriptors'),
  async read(range) {
    const found = await Promise.all(serviceNames.map(async (service) => ({ service, now: await range.processes.descriptors(service) })))
    return found.flatMap(({ service, now }) => (now && now.limit < now.most ? [{ service, limit: now.limit }] : []))
  },
  differs: (found) => listed(found.map(({ service, limit }) => `${service} may have ${limit}`)),
  restore: (range, found) => forEach(found, ({ service }) => range.processes.limitDescriptors(service, null)),
})
