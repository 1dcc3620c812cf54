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

test('what was set is as the manifest has it, and what the manifest does not have is gone', () => {
  assert.deepEqual(undoOf({ spec: { replicas: 3, minReadySeconds: 3_600 } }, manifest), { spec: { replicas: 1, minReadySeconds: null } })
  assert.deepEqual(undoOf({ spec: { selector: { app: 'orders-v2', tier: 'front' } } }, manifest), {
    spec: { selector: { app: 'orders', tier: null } },
  })
})

test('one handler of a probe takes the place of the other in one patch', () => {
  const patch = container({ startupProbe: null, readinessProbe: { httpGet: null, exec: { command: ['/bin/true'] } } })
  assert.deepEqual(
    undoOf(patch, manifest),
    container({
      startupProbe: { httpGet: { path: '/health', port: 8080 } },
      readinessProbe: { httpGet: { path: '/health', port: 8080 }, exec: null },
    }),
  )
})

test('of a list of what has names only those are touched that were', () => {
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

test('a list of what has no names is replaced whole', () => {
  assert.deepEqual(undoOf({ spec: { ports: [{ port: 8080, targetPort: 8081 }] } }, manifest), {
    spec: { ports: [{ port: 8080, targetPort: 8080 }] },
  })
})

test('a port of a Service loses what its manifest does not say of it, and keeps its name', () => {
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
