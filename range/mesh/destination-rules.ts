import type { ServiceName } from '../../model/components.ts'
import { ofKind, type Resource } from './resources.ts'

type Rule = Resource<'DestinationRule'>['spec']

/**
 * Merges the rules of a host: the subsets of all, and the traffic policy of the one that has it
 * (https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services).
 */
export function ruleOf(host: ServiceName, resources: readonly Resource[]): Pick<Rule, 'trafficPolicy' | 'subsets'> {
  const rules = ofKind(resources, 'DestinationRule').filter(({ spec }) => spec.host === host)
  const trafficPolicy = rules.find(({ spec }) => spec.trafficPolicy)?.spec.trafficPolicy
  return { subsets: rules.flatMap(({ spec }) => spec.subsets ?? []), ...(trafficPolicy ? { trafficPolicy } : {}) }
}
