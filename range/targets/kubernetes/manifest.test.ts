import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyObject, objectsIn } from './manifest.ts'

test('all objects are read, one for each document', () => {
  const text =
    'apiVersion: v1\nkind: Service\nmetadata: { name: catalog, uid: x }\nspec: { ports: [] }\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\n'
  assert.deepEqual(objectsIn(anyObject, text, 'a.yaml'), [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'catalog', uid: 'x' }, spec: { ports: [] } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
  ])
})

test('anything else is an error that names the file', () => {
  assert.throws(() => objectsIn(anyObject, 'kind: Service\n', 'base/catalog.yaml'), {
    code: 'internal',
    message: /^base\/catalog\.yaml is not as expected \(at apiVersion\)/,
  })
})
