import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { ParamsSchema } from '../../../model/params.ts'
import { initialValues, typedValues } from './param-values.ts'

const params = z.object({
  service: z.enum(['orders', 'payments']),
  percent: z.number().default(100),
  delayMs: z.literal([25, 50]).default(25),
  warnings: z.boolean().default(true),
  categories: z.array(z.string()).default(['kitchen', 'garden']),
  header: z.string().default(''),
  revision: z.number().int().optional(),
})
const schema = z.toJSONSchema(params, { io: 'input' }) as ParamsSchema

test('a form begins with the defaults, and sends values of the parameters’ types', () => {
  const begun = initialValues(schema)
  assert.deepEqual(begun, {
    service: '',
    percent: '100',
    delayMs: '25',
    warnings: 'true',
    categories: 'kitchen, garden',
    header: '',
    revision: '',
  })
  const sent = typedValues(schema, { ...begun, service: 'orders', warnings: 'false' })
  assert.deepEqual(sent, { service: 'orders', percent: 100, delayMs: 25, warnings: false, categories: ['kitchen', 'garden'] })
  assert.deepEqual(params.parse(sent), { ...sent, header: '' })
})

test('a required parameter is sent even when it is empty, so that the answer names what is missing', () => {
  assert.deepEqual(typedValues(schema, {}), { service: '' })
})
