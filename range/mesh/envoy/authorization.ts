import type { ServiceName } from '../../../model/components.ts'
import { ofKind, trustDomain, type Resource } from '../resources.ts'
import { typed, type Json } from './json.ts'

type Rule = Resource<'AuthorizationPolicy'>['spec']['rules'][number]

export const rbacFilters = { DENY: 'mesh.rbac.deny', ALLOW: 'mesh.rbac.allow' } as const

/**
 * The conditions for each request to a service: no `DENY` policy matches it, and if there are any `ALLOW` policies, one of them matches
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
const anyId = (ids: Json[]): Json => ({ or_ids: { ids } })

/** A rule matches if one of its sources and one of its operations match, each in all its fields. */
function policyOf({ from, to }: Rule): Json {
  return {
    principals: from ? from.map(({ source }) => ({ and_ids: { ids: sourceOf(source) } })) : [{ any: true }],
    permissions: to ? to.map(({ operation }) => ({ and_rules: { rules: operationOf(operation) } })) : [{ any: true }],
  }
}

type Source = NonNullable<Rule['from']>[number]['source']
type Operation = NonNullable<Rule['to']>[number]['operation']

function sourceOf({ principals, notPrincipals, namespaces, notNamespaces }: Source): Json[] {
  return [
    ...(principals ? [anyId(principals.map(principalOf))] : []),
    ...(notPrincipals ? [{ not_id: anyId(notPrincipals.map(principalOf)) }] : []),
    ...(namespaces ? [anyId(namespaces.map(namespaceOf))] : []),
    ...(notNamespaces ? [{ not_id: anyId(notNamespaces.map(namespaceOf)) }] : []),
  ]
}

function operationOf({ methods, notMethods, paths, notPaths, hosts, notHosts }: Operation): Json[] {
  const method = (given: string): Json => ({ header: headerOf(':method', given) })
  const path = (given: string): Json => ({ url_path: { path: matching(given) } })
  const host = (given: string): Json => ({ header: headerOf(':authority', given, { ignore_case: true }) })
  const rules = (given: string[] | undefined, ruleOf: (text: string) => Json): Json[] => (given ? [anyOf(given.map(ruleOf))] : [])
  const not = (given: Json[]): Json[] => given.map((rule) => ({ not_rule: rule }))
  return [
    ...rules(methods, method),
    ...not(rules(notMethods, method)),
    ...rules(paths, path),
    ...not(rules(notPaths, path)),
    ...rules(hosts, host),
    ...not(rules(notHosts, host)),
  ]
}

/** `cluster.local` stands for the mesh's own trust domain, whatever its name. */
const principalOf = (principal: string): Json => ({
  authenticated: { principal_name: matching(principal.replace(/^cluster\.local\//, `${trustDomain}/`), 'spiffe://') },
})

/** The namespace is part of the identity in a caller's certificate. */
const namespaceOf = (namespace: string): Json => ({
  authenticated: {
    principal_name: { safe_regex: { regex: `.*/ns/${namespace.replaceAll(/[.+?^$()[\]|\\]/g, String.raw`\$&`).replace('*', '.*')}/.*` } },
  },
})

const headerOf = (name: string, text: string, options: Json = {}): Json =>
  text === '*' ? { name, present_match: true } : { name, string_match: { ...matching(text), ...options } }

/** Matches texts as Istio does: `*` is any text but the empty one; at one end of a text, it is any prefix or suffix. */
function matching(text: string, prefix = ''): Json {
  if (text === '*') return { safe_regex: { regex: '.+' } }
  if (text.startsWith('*')) return { suffix: text.slice(1) }
  if (text.endsWith('*')) return { prefix: `${prefix}${text.slice(0, -1)}` }
  return { exact: `${prefix}${text}` }
}
