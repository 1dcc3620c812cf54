import { FiredrillError } from '../../model/errors.ts'
import { parseResources, type Resource } from './resources.ts'

/** The resources of a policy that can be carried out. Throws `bad-request` for any other. */
export function parsePolicy(yaml: string): Resource[] {
  const resources = parseResources(yaml)
  checkReferences(resources)
  return resources
}

/** Throws `bad-request` for a route that would lead nowhere: to a subset that no rule defines, or to destinations of no weight. */
export function checkReferences(resources: readonly Resource[]): void {
  const defined = new Set(
    resources.flatMap((resource) =>
      resource.kind === 'DestinationRule' ? (resource.spec.subsets ?? []).map(({ name }) => `${resource.spec.host}|${name}`) : [],
    ),
  )
  for (const resource of resources) {
    if (resource.kind !== 'VirtualService') continue
    for (const { route } of resource.spec.http) {
      const weights = route.map(({ weight }) => weight ?? 0)
      if (route.length > 1 && weights.every((weight) => weight === 0)) {
        throw new FiredrillError('bad-request', `VirtualService ${resource.metadata.name}: the weights of its destinations are all 0`)
      }
      for (const { destination } of route) {
        if (destination.subset !== undefined && !defined.has(`${destination.host}|${destination.subset}`)) {
          const what = `VirtualService ${resource.metadata.name}: no DestinationRule of ${destination.host} defines the subset '${destination.subset}'`
          throw new FiredrillError('bad-request', what)
        }
      }
    }
  }
}
