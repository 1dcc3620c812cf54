import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undoOf } from './undo.ts'

const manifest = {
  spec: {
    replicas: 1,
    selector: { app: 'orders' },
    ports: [{ port: 8080, targetPort: 8080 }],
    template: {
      spec: {
        containers: [
          {
            name: 'orders',
            env: [{ name: 'HOST', value: '0.0.0.0' }],
            readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 3 },
            startupProbe: { httpGet: { path: '/health', port: 8080 } },
          },
        ],
      },
    },
  },
}
const container = (fields: object) => ({ spec: { template: { spec: { containers: [{ name: 'orders', ...fields }] } } } })

test('fields that were set are restored from the manifest, and those that the manifest lacks are removed', () => {
  assert.deepEqual(undoOf({ spec: { replicas: 3, minReadySeconds: 3_600 } }, manifest), { spec: { replicas: 1, minReadySeconds: null } })
  assert.deepEqual(undoOf({ spec: { selector: { app: 'orders-v2', tier: 'front' } } }, manifest), {
    spec: { selector: { app: 'orders', tier: null } },
  })
})

test('a probe’s handler is replaced by another in one patch', () => {
  const patch = container({ startupProbe: null, readinessProbe: { httpGet: null, exec: { command: ['/bin/true'] } } })
  assert.deepEqual(
    undoOf(patch, manifest),
    container({
      startupProbe: { httpGet: { path: '/health', port: 8080 } },
      readinessProbe: { httpGet: { path: '/health', port: 8080 }, exec: null },
    }),
  )
})

test('in a list with names, only changed elements are patched', () => {
  const patch = container({
    env: [
      { name: 'HOST', value: '127.0.0.1' },
      { name: 'DEBUG', value: '1' },
    ],
  })
  const env = [
    { name: 'HOST', value: '0.0.0.0' },
    { name: 'DEBUG', $patch: 'delete' },
  ]
  assert.deepEqual(undoOf(patch, manifest), container({ env }))
})

test('a list without names is replaced as a whole', () => {
  assert.deepEqual(undoOf({ spec: { ports: [{ port: 8080, targetPort: 8081 }] } }, manifest), {
    spec: { ports: [{ port: 8080, targetPort: 8080 }] },
  })
})

test('a port of a Service loses the fields that its manifest lacks, and keeps its name', () => {
  const service = {
    spec: {
      ports: [
        { name: 'tcp-amqp', port: 5672, targetPort: 5672 },
        { name: 'http-metrics', port: 15692, targetPort: 15692 },
      ],
    },
  }
  assert.deepEqual(undoOf({ spec: { ports: [{ port: 5672, appProtocol: 'http' }] } }, service), {
    spec: { ports: [{ port: 5672, appProtocol: null }] },
  })
  assert.deepEqual(undoOf({ spec: { ports: [{ port: 5672, targetPort: 5673 }] } }, service), {
    spec: { ports: [{ port: 5672, targetPort: 5672 }] },
  })
})
