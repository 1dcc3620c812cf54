import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'

const identifier = z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'a name in lower case')

export const createIndex = defineAction({
  id: 'create-index',
  title: 'Create an index',
  description: 'Builds an index on columns of a table, without blocking writes.',
  kind: 'change',
  params: z.object({
    schema: serviceName.describe('Schema of the table: the service that owns it'),
    table: identifier.describe('Table, without its schema'),
    columns: z
      .string()
      .max(200)
      .regex(/^[a-z][a-z0-9_]*( *, *[a-z][a-z0-9_]*)*$/, 'names of columns with commas between them')
      .describe('Columns of the index, with commas between them'),
  }),
  async run({ range }, { schema, table, columns }) {
    const names = columns.split(',').map((column) => column.trim())
    const index = `${table}_${names[0]}`
    await range.database.query(`create index concurrently if not exists ${index} on ${schema}.${table} (${names.join(', ')})`)
    return { summary: `${schema}.${index} is on ${names.join(', ')}` }
  },
})
