import type { ShopComponentName } from '../../model/components.ts'
import { componentNamed } from '../evidence.ts'
import { defineEvidence, nothing, optionValues, type CommandLook, type CommandRead } from './command.ts'
import { ownValue } from '../../model/own.ts'

const withValue =
  /^(-n|-l|-o|-c|-f|-p|-k|--(namespace|selector|output|container|filename|patch|patch-file|type|replicas|tail|since|since-time|to-revision|revision|context|cluster|user|kubeconfig|field-selector|sort-by|timeout|grace-period|template|limits|requests|containers|for|subresource|field-manager|min|max|raw|as|v|log-file|limit-bytes|kustomize|max-log-requests))$/
/** Short and long names of kinds. */
const kinds: Record<string, string> = {
  ...named('pod', 'po', 'pods'),
  ...named('deployment', 'deploy', 'deployments', 'deployments.apps', 'deployment.apps'),
  ...named('statefulset', 'sts', 'statefulsets', 'statefulsets.apps', 'statefulset.apps'),
  ...named('replicaset', 'rs', 'replicasets', 'replicasets.apps', 'replicaset.apps'),
  ...named('service', 'svc', 'services'),
  ...named('endpoints', 'ep', 'endpointslice', 'endpointslices'),
  ...named('horizontalpodautoscaler', 'hpa', 'horizontalpodautoscalers'),
  ...named('poddisruptionbudget', 'pdb', 'poddisruptionbudgets'),
  ...named('networkpolicy', 'netpol', 'networkpolicies'),
  ...named('configmap', 'cm', 'configmaps'),
  ...named('virtualservice', 'vs', 'virtualservices'),
  ...named('destinationrule', 'dr', 'destinationrules'),
  ...named('sidecar', 'sidecars'),
  ...named('authorizationpolicy', 'ap', 'authorizationpolicies'),
}
const ofMesh: ReadonlySet<string> = new Set(['virtualservice', 'destinationrule', 'authorizationpolicy', 'sidecar'])
const workloads: ReadonlySet<string> = new Set(['pod', 'deployment', 'statefulset', 'replicaset'])

function named(name: string, ...others: string[]): Record<string, string> {
  return Object.fromEntries([name, ...others].map((other) => [other, name]))
}

const changes = /^(apply|edit|patch|delete|scale|autoscale|set|label|annotate|replace|create|drain|evict|cordon|uncordon|taint)$/
const changesRollout = /^(undo|restart|pause|resume)$/

/**
 * Output of the API server about one component is a look at it: its log, or its workload, pods and Services. A list of all components is no look, and
 * neither are events.
 */
export const kubectl = defineEvidence({
  id: 'kubectl',
  programs: ['kubectl'],
  read(words) {
    if (words.some((word) => /^(-h|--help|help)$/.test(word))) return nothing
    const parts = operands(words)
    const [verb = '', ...rest] = parts
    const dry = words.some((word) => /^--dry-run(=(client|server|true))?$/.test(word))
    const label = optionValues(words, '-l', '--selector').flatMap((selector) => /(?:^|,)app==?([a-z-]+)(?:,|$)/.exec(selector)?.[1] ?? [])
    if (verb === 'logs') {
      const name = rest[0] === undefined ? label[0] : objectIn(rest[0], 'pod')?.name
      const mesh = optionValues(words, '-c', '--container').includes('istio-proxy')
      return looksAt(name, (component) => ({
        view: 'logs',
        component,
        detail: `the log of ${component}${mesh ? ' (sidecar)' : ''} by kubectl`,
      }))
    }
    if (verb === 'rollout') return ofRollout(rest, dry)
    if (verb === 'set' || changes.test(verb)) return { looks: [], changes: !dry, ...sameAs(verb, rest, words) }
    if (verb !== 'get' && verb !== 'describe') return nothing
    const objects = objectsIn(rest)
    const found = objects.length > 0 ? objects : label.map((name) => ({ kind: ownValue(kinds, rest[0] ?? '') ?? '', name }))
    return {
      changes: false,
      looks: found.flatMap(({ kind, name }) => {
        const component = componentOf(name)
        return component === null ? [] : [{ ...look(kind, component), detail: `${kind} ${name} by kubectl`, answeredBy }]
      }),
    }
  },
})

const answeredBy = 'kubernetes'

const look = (kind: string, component: ShopComponentName): Pick<CommandLook, 'view' | 'component'> => ({
  view: ofMesh.has(kind) ? 'mesh' : workloads.has(kind) ? 'deploys' : 'dashboard',
  component,
})

function ofRollout([verb = '', ...rest]: string[], dry: boolean): CommandRead {
  if (changesRollout.test(verb)) return { looks: [], changes: !dry, ...sameAs(`rollout ${verb}`, rest, []) }
  const [object] = objectsIn(rest)
  return looksAt(object?.name, (component) => ({ view: 'deploys', component, detail: `the rollouts of ${component} by kubectl` }))
}

function looksAt(name: string | undefined, place: (component: ShopComponentName) => Omit<CommandLook, 'answeredBy'>): CommandRead {
  const component = name === undefined ? null : componentOf(name)
  return { looks: component === null ? [] : [{ ...place(component), answeredBy }], changes: false }
}

/** Actions with an equivalent command. */
function sameAs(verb: string, rest: string[], words: readonly string[]): Pick<CommandRead, 'sameAs'> {
  const { kind = '', name = '' } = objectsIn(rest)[0] ?? {}
  const component = componentOf(name)
  if (component === null) return {}
  if (verb === 'rollout restart' || (verb === 'delete' && kind === 'pod')) return { sameAs: { action: 'restart', params: { component } } }
  const replicas = Number(optionValues(words, '--replicas')[0])
  if (verb === 'scale' && replicas > 0) return { sameAs: { action: 'scale-deployment', params: { service: component, replicas } } }
  return {}
}

/** `deploy/orders`, or `deploy orders catalog`: the named objects, each with its kind. */
function objectsIn(words: readonly string[]): { kind: string; name: string }[] {
  const [first = '', ...others] = words
  if (first.includes('/')) return words.flatMap((word) => objectIn(word, '') ?? [])
  const kind = ownValue(kinds, first.toLowerCase())
  return kind === undefined ? [] : others.map((name) => ({ kind, name }))
}

function objectIn(word: string, otherwise: string): { kind: string; name: string } | null {
  const [first = '', second] = word.split('/')
  if (second === undefined) return { kind: otherwise, name: first }
  const kind = ownValue(kinds, first.toLowerCase())
  return kind === undefined ? null : { kind, name: second }
}

/** A pod's name is that of its workload with a suffix: `orders-7d9f6bc5d4-x2x9q`, `postgres-0`. */
function componentOf(name: string): ShopComponentName | null {
  const own = name.replace(/(-[a-z0-9]{8,10})?-[a-z0-9]{5}$|-[a-z0-9]{8,10}$|-\d+$/, '')
  return componentNamed(name) ?? componentNamed(own) ?? componentNamed(name.replace(/-sidecar$/, ''))
}

function operands(words: readonly string[]): string[] {
  const found: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') break
    // For logs, these two flags follow them, and show those of the previous container.
    if (withValue.test(word) && !(found[0] === 'logs' && /^-[fp]$/.test(word))) at++
    else if (!word.startsWith('-')) found.push(word)
  }
  return found
}
