/** Files that proofs cover have their own copies of parts of the contract: these must be equal. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { confirmedBinding, queueName } from '../drills/queue-name.ts'
import { databaseRole } from '../drills/database-roles.ts'
import { serviceNames } from '../model/components.ts'
import { bindings, queues, schemaOwners } from './contract.ts'

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '..', file), 'utf8')

test('faults and actions have the shop’s queues, and the route of confirmed orders', () => {
  assert.deepEqual(queueName.options.toSorted(), Object.values(queues).toSorted())
  assert.deepEqual(confirmedBinding, bindings[0])
})

test('faults and actions have the roles that own schemas', () => {
  assert.deepEqual(databaseRole.options, schemaOwners)
})

test('jobs that faults start use the worker’s queue', () => {
  for (const job of ['queue-tap', 'order-replay', 'legacy-packing'])
    assert.equal(/^const queue = (?:process\.env\['\w+'\] \?\? )?'(.+)'$/m.exec(read(`shop/jobs/${job}.ts`))?.[1], queues.fulfilment, job)
})

test('each owner of a schema is a service, and makes its tables in it', () => {
  for (const owner of schemaOwners) assert.ok(serviceNames.includes(owner), owner)
  assert.deepEqual(
    serviceNames.filter((service) => !schemaOwners.some((owner) => owner === service)),
    ['gateway'],
  )
})
