import { serviceNames, type ServiceName } from '../../model/components.ts'
import { defineResource, forEach, listed } from './resource.ts'

interface Deployed {
  service: ServiceName
  version: string
  overrides: Record<string, string>
}

/** Releases of the services, and their changed settings. */
export const deployments = defineResource<Deployed[]>({
  id: 'deployments',
  title: "the services' releases and settings",
  after: ['services', 'canary'],
  read: (range) =>
    Promise.all(
      serviceNames.map(async (service) => {
        const [version, overrides] = await Promise.all([range.releases.current(service), range.config.get(service)])
        return { service, version, overrides }
      }),
    ),
  differs: (found, range) =>
    listed(
      found.flatMap(({ service, version, overrides }) => [
        ...(version === range.releases.baseline(service) ? [] : [`${service} runs ${version}`]),
        ...Object.entries(overrides).map(([name, value]) => `${service} has ${name}=${value}`),
      ]),
    ),
  restore: (range, found) =>
    forEach(found, async ({ service, version, overrides }) => {
      if (Object.keys(overrides).length > 0) await range.config.set(service, {}, 'firedrill')
      const baseline = range.releases.baseline(service)
      if (version !== baseline) await range.releases.deploy(service, baseline, 'firedrill')
    }),
})
