import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
// How the client serialises objects: neither exported nor documented.
import { ObjectSerializer } from '@kubernetes/client-node/dist/serializer.js'
import { getSerializationType } from '@kubernetes/client-node/dist/util.js'
import { parseAllDocuments } from 'yaml'
import { components } from '../../topology.ts'
import { asModel } from './cluster.ts'
import { agentRules } from './agent-manifests.ts'
import { generatedManifests } from './deploy.ts'
import { onCallRules } from './on-call-account.ts'
import { clusterPort, shopPortNames, workloads } from './ports.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
const folder = path.join(root, 'deploy', 'kubernetes')
const files = generatedManifests(root)

interface Found {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  spec: {
    template: {
      spec: { securityContext: unknown; containers: Container[]; initContainers?: Container[]; automountServiceAccountToken: boolean }
    }
    ingress?: { from?: { podSelector: { matchLabels: { app: string } } }[] }[]
  }
}
interface Container {
  name: string
  image: string
  command: string[]
  env?: { name: string; value?: string }[]
  resources: { requests?: unknown; limits?: { memory?: string } }
  securityContext: unknown
}
const documents = Object.entries(files)
  .filter(([file]) => !file.endsWith('kustomization.yaml') && !file.startsWith('chart/'))
  .flatMap(([, text]) => parseAllDocuments(text).map((document) => document.toJS() as Found))
const pods = documents.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')

describe('the manifests', () => {
  test('are checked in as generated', () => {
    const there = globSync('**/*.yaml', { cwd: folder })
    assert.deepEqual(there.toSorted(), Object.keys(files).toSorted(), "run 'firedrill kubernetes manifests'")
    for (const file of there) assert.equal(readFileSync(path.join(folder, file), 'utf8'), files[file], file)
  })

  test('have every part of the shop', () => {
    const shop = components.filter(({ role }) => role === 'service' || role === 'datastore').map(({ name }) => name)
    const names = pods.map(({ metadata }) => metadata.name)
    for (const name of [...shop, 'agent']) assert.ok(names.includes(name), name)
  })

  test('meet the level "restricted" of the Pod Security Standards', () => {
    for (const { metadata, spec } of pods) {
      const { securityContext, containers, initContainers = [], automountServiceAccountToken } = spec.template.spec
      assert.deepEqual(securityContext, {
        runAsNonRoot: true,
        runAsUser: 10_001,
        runAsGroup: 10_001,
        fsGroup: 10_001,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const container of [...containers, ...initContainers]) {
        assert.deepEqual(
          container.securityContext,
          { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
          `${metadata.name}/${container.name}`,
        )
        assert.ok(container.resources.requests && container.resources.limits?.memory, `${metadata.name}/${container.name} has limits`)
      }
      const asks = ['agent', 'observability'].includes(metadata.name)
      assert.equal(automountServiceAccountToken, asks, `only the agent and who invites it talk to the API server, not ${metadata.name}`)
    }
  })

  test('reach the API server unchanged', () => {
    for (const document of documents) {
      const type = getSerializationType(document.apiVersion, document.kind)
      const sent: unknown = JSON.parse(JSON.stringify(ObjectSerializer.serialize(asModel(document), type)))
      assert.deepEqual(sent, document, `${document.kind} ${document.metadata.name}`)
    }
  })

  test('contain no secret', () => {
    assert.ok(documents.every(({ kind }) => kind !== 'Secret'))
    const values = pods.flatMap(({ spec }) => spec.template.spec.containers.flatMap(({ env = [] }) => env.map(({ value = '' }) => value)))
    for (const value of values) assert.doesNotMatch(value, /:\/\/\w+:(?!\$\()[^@/]*@/, 'a password')
  })

  test('allow connections along the edges of the topology, from the agent, and from jobs to what they need', () => {
    const callers = (name: string) =>
      documents
        .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name)
        .flatMap(({ spec }) => spec.ingress?.flatMap(({ from = [] }) => from.map(({ podSelector }) => podSelector.matchLabels.app)) ?? [])
        .toSorted()
    assert.deepEqual(callers('inventory'), ['agent', 'fulfilment', 'gateway', 'orders'])
    assert.deepEqual(callers('payments'), ['agent', 'orders'])
    assert.deepEqual(callers('redis'), ['agent', 'catalog', 'job', 'redis-exporter'])
  })

  test('give the agent no rights beyond the namespace, and no secret but the one that drills rotate', () => {
    assert.ok(documents.every(({ kind }) => kind !== 'ClusterRole' && kind !== 'ClusterRoleBinding'))
    for (const { resources, verbs, resourceNames } of agentRules as { resources: string[]; verbs: string[]; resourceNames?: string[] }[]) {
      if (resources.includes('secrets')) {
        assert.deepEqual({ resources, verbs, resourceNames }, { resources: ['secrets'], verbs: ['patch'], resourceNames: ['databases'] })
        continue
      }
      assert.ok(!resources.some((resource) => ['roles', 'rolebindings', 'serviceaccounts', '*'].includes(resource)))
      assert.ok(!verbs.includes('*'))
    }
  })
})

describe('the on-call account', () => {
  const looks = new Set(['get', 'list', 'watch'])
  const rules: { resources: string[]; verbs: string[]; resourceNames?: string[] }[] = onCallRules

  test('can create nothing, and cannot get into a container', () => {
    for (const { resources, verbs } of rules) {
      assert.ok(
        !verbs.some((verb) => ['create', 'deletecollection', 'impersonate', 'escalate', 'bind', '*'].includes(verb)),
        resources.join(),
      )
      for (const resource of resources)
        assert.doesNotMatch(resource, /secrets|serviceaccounts|roles|envoyfilters|exec|attach|portforward|proxy|ephemeral|eviction|\*/)
    }
  })

  test('can change named objects of the shop, and delete objects without fixed names', () => {
    for (const { resources, verbs, resourceNames } of rules) {
      if (verbs.every((verb) => looks.has(verb))) continue
      if (resourceNames === undefined) assert.deepEqual([verbs, ['pods', 'jobs'].includes(resources.join())], [['delete'], true])
      else for (const name of resourceNames) assert.ok([...workloads, 'default', 'shop'].includes(name as never), name)
    }
  })

  test('can read no ConfigMap but those of the datastores: one has what a drill has done', () => {
    const named = rules.filter(({ resources }) => resources.includes('configmaps'))
    assert.deepEqual(
      named.map(({ resourceNames, verbs }) => [resourceNames, verbs]),
      [[['postgres', 'rabbitmq', 'postgres-exporter'], ['get']]],
    )
  })

  test('is guarded before it has any right', () => {
    const kinds = parseAllDocuments(files['agent/agent.yaml'] ?? '').map((document) => {
      const { kind, metadata } = document.toJS() as Found
      return `${kind} ${metadata.name}`
    })
    const at = (name: string) => {
      assert.ok(kinds.includes(name), name)
      return kinds.indexOf(name)
    }
    assert.ok(at('ValidatingAdmissionPolicy firedrill-on-call') < at('RoleBinding on-call'))
    assert.ok(at('ValidatingAdmissionPolicyBinding firedrill-on-call') < at('RoleBinding on-call'))
  })
})

test('each port of the shop has one place in the cluster', () => {
  const places = shopPortNames.map((name) => `${clusterPort(name)?.service}:${clusterPort(name)?.port}`)
  // A service's own port is also the one for its callers; RabbitMQ has two in addition to that for clients.
  assert.equal(new Set(places).size, workloads.length + 2 + 6, places.join(' '))
  assert.deepEqual(clusterPort('orders>payments'), { service: 'payments', port: 8080 })
  assert.deepEqual(clusterPort('fulfilment>rabbitmq'), { service: 'rabbitmq', port: 5672 })
  assert.equal(clusterPort('prometheus'), undefined)
})
