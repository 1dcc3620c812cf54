import type { ServiceName } from '../../../model/components.ts'
import { ofKind, trustDomain, type Resource } from '../resources.ts'
import { typed, type Json } from './json.ts'

type Rule = Resource<'AuthorizationPolicy'>['spec']['rules'][number]

export const rbacFilters = { DENY: 'mesh.rbac.deny', ALLOW: 'mesh.rbac.allow' } as const

/**
 * What each request must satisfy at a service: no `DENY` policy that matches it, and one that does where there are any `ALLOW` policies
 * (https://istio.io/latest/docs/concepts/security/#implicit-enablement).
 */
export function authorizationOf(service: ServiceName, resources: readonly Resource[]): Json {
  const policies = ofKind(resources, 'AuthorizationPolicy').filter(({ spec }) => (spec.selector?.matchLabels ?? service) === service)
  return Object.fromEntries(
    (['DENY', 'ALLOW'] as const).flatMap((action) => {
      const chosen = policies.filter(({ spec }) => spec.action === action)
      if (chosen.length === 0) return []
      const rules = chosen.flatMap(({ metadata, spec }) =>
        spec.rules.map((rule, index) => [`${metadata.name}-${index}`, policyOf(rule)] as const),
      )
      return [
        [
          rbacFilters[action],
          typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', { rbac: { rules: { action, policies: Object.fromEntries(rules) } } }),
        ],
      ]
    }),
  )
}

const anyOf = (rules: Json[]): Json => ({ or_rules: { rules } })

function policyOf({ from, to }: Rule): Json {
  return {
    principals: from ? from.flatMap(({ source }) => source.principals.map(principalOf)) : [{ any: true }],
    permissions: to
      ? to.map(({ operation: { methods, paths } }) => ({
          and_rules: {
            rules: [
              { any: true },
              ...(methods ? [anyOf(methods.map((method) => ({ header: { name: ':method', string_match: { exact: method } } })))] : []),
              ...(paths ? [anyOf(paths.map((path) => ({ url_path: { path: wildcard(path, '') } })))] : []),
            ],
          },
        }))
      : [{ any: true }],
  }
}

/** `cluster.local` stands for the mesh's own trust domain, whatever that is called. */
const principalOf = (principal: string): Json => ({
  authenticated: { principal_name: wildcard(principal.replace(/^cluster\.local\//, `${trustDomain}/`), 'spiffe://') },
})

function wildcard(text: string, prefix: string): Json {
  if (text === '*') return { prefix }
  if (text.endsWith('*')) return { prefix: `${prefix}${text.slice(0, -1)}` }
  if (text.startsWith('*')) return { suffix: text.slice(1) }
  return { exact: `${prefix}${text}` }
}
