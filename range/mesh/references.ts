import { FiredrillError } from '../../model/errors.ts'
import { tellMistakes, type Mistake } from '../../model/yaml/text.ts'
import { mistakeIn, ofKind, parseResources, type Resource } from './resources.ts'

/** The supported resources of a policy. Throws `bad-request` for any other. */
export function parsePolicy(yaml: string): Resource[] {
  const resources = parseResources(yaml)
  checkReferences(resources)
  return resources
}

/**
 * Throws `bad-request`, with every mistake at its line, for resources that contradict each other: a route to an undefined subset or to destinations
 * without weight, and two resources of which Istio would apply only one.
 */
function checkReferences(resources: readonly Resource[]): void {
  const mistakes = [...leadNowhere(resources), ...ofOneHost(resources), ...ofOneWorkload(resources)]
  if (mistakes.length > 0) throw new FiredrillError('bad-request', tellMistakes(mistakes))
}

function leadNowhere(resources: readonly Resource[]): Mistake[] {
  const defined = ofKind(resources, 'DestinationRule').flatMap(({ spec }) =>
    (spec.subsets ?? []).map(({ name }) => ({ host: spec.host, name })),
  )
  return ofKind(resources, 'VirtualService').flatMap((service) =>
    service.spec.http.flatMap(({ route }, index) => {
      const at = ['spec', 'http', index, 'route']
      const nothing = route.length > 1 && route.every(({ weight = 0 }) => weight === 0)
      const total = route.reduce((sum, { weight = 0 }) => sum + weight, 0)
      return [
        ...(nothing ? [mistakeIn(service, at, 'the weights of its destinations are all 0: give at least one more')] : []),
        // Envoy's own limit.
        ...(total > 4_294_967_295
          ? [mistakeIn(service, at, 'the weights of its destinations are too big together: write smaller ones')]
          : []),
        ...route.flatMap(({ destination: { host, subset } }, which) => {
          if (subset === undefined || defined.some((each) => each.host === host && each.name === subset)) return []
          const known = defined.filter((each) => each.host === host).map(({ name }) => name)
          const choice = known.length > 0 ? `choose ${known.join(', ')}` : 'write one, with subsets'
          return [
            mistakeIn(
              service,
              [...at, which, 'destination', 'subset'],
              `no DestinationRule of ${host} defines the subset '${subset}': ${choice}`,
            ),
          ]
        }),
      ]
    }),
  )
}

/** Rules of one host are merged, as in Istio; fields of a second rule that Istio would ignore are refused. */
function ofOneHost(resources: readonly Resource[]): Mistake[] {
  const mistakes: Mistake[] = []
  const services = new Map<string, Resource>()
  for (const service of ofKind(resources, 'VirtualService')) {
    service.spec.hosts.forEach((host, index) => {
      const first = services.get(host)
      if (!first) return services.set(host, service)
      const message =
        first === service
          ? `${host} stands here twice`
          : `${first.metadata.name} is a VirtualService of ${host} already, and Istio would follow only one of them: put the routes of both into one`
      mistakes.push(mistakeIn(service, ['spec', 'hosts', index], message))
    })
  }
  const policies = new Map<string, Resource>()
  const subsets = new Map<string, Resource>()
  for (const rule of ofKind(resources, 'DestinationRule')) {
    const { host } = rule.spec
    const first = policies.get(host)
    if (rule.spec.trafficPolicy && first)
      mistakes.push(
        mistakeIn(
          rule,
          ['spec', 'trafficPolicy'],
          `${first.metadata.name} has the trafficPolicy of ${host} already, and Istio would leave this one out: put both into one`,
        ),
      )
    else if (rule.spec.trafficPolicy) policies.set(host, rule)
    rule.spec.subsets?.forEach(({ name }, index) => {
      const other = subsets.get(`${host}|${name}`)
      if (!other) return subsets.set(`${host}|${name}`, rule)
      mistakes.push(
        mistakeIn(
          rule,
          ['spec', 'subsets', index, 'name'],
          `${other.metadata.name} has a subset '${name}' of ${host} already: give it another name`,
        ),
      )
    })
  }
  return mistakes
}

function ofOneWorkload(resources: readonly Resource[]): Mistake[] {
  const mistakes: Mistake[] = []
  const seen = new Map<string, Resource>()
  for (const policy of ofKind(resources, 'PeerAuthentication')) {
    const whom = policy.spec.selector?.matchLabels ?? 'the namespace'
    const first = seen.get(whom)
    if (!first) seen.set(whom, policy)
    else
      mistakes.push(
        mistakeIn(
          policy,
          ['spec'],
          `${first.metadata.name} is the PeerAuthentication of ${whom} already, and Istio would follow only one of them`,
        ),
      )
  }
  return mistakes
}
