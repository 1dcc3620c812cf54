import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { tableName } from '../database-rights.ts'
import { copyMissingRows, overwriteColumns } from '../table-copy.ts'

export const copyTableBack = defineAction({
  id: 'copy-table-back',
  title: 'Copy a table back',
  description:
    'Copies from the restored server to the live one. missing-rows inserts rows that the live table does not have and leaves all others alone. overwrite-columns sets the named columns of rows that are in both; with only_where_now, only where the first of these columns holds that value now, so that newer values stay. Caches do not hear of it.',
  kind: 'change',
  needs: ['backups'],
  caution: 'What it overwrites is gone. Compare before you copy.',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    table: tableName.describe('The table, with its schema: inventory.stock'),
    mode: z.enum(['missing-rows', 'overwrite-columns']).default('missing-rows').describe('Whether to copy the rows that the live table lacks, or to overwrite columns of the rows that it has'),
    columns: z
      .string()
      .max(200)
      .regex(/^([a-z][a-z0-9_]*( *, *[a-z][a-z0-9_]*)*)?$/, 'names of columns with commas between them')
      .default('').describe('For overwrite-columns: one column or several, with commas'),
    only_where_now: z.string().max(200).default('').describe('For overwrite-columns: only where the column has this value now, as psql shows it; without one, everywhere'),
  }),
  async run({ range }, { table, mode, columns, only_where_now }) {
    if (mode === 'missing-rows') {
      if (columns !== '' || only_where_now !== '')
        throw new FiredrillError(
          'bad-request',
          'missing-rows copies whole rows: leave columns and only_where_now empty, or choose overwrite-columns',
        )
      const copied = await copyMissingRows(range, table)
      return { summary: copied === 0 ? `${table} lacks no row of the restored one` : `${copied} rows were copied back into ${table}` }
    }
    const names = columns.split(',').flatMap((name) => name.trim() || [])
    const changed = await overwriteColumns(range, table, names, only_where_now === '' ? undefined : only_where_now)
    return { summary: `${names.join(', ')} of ${changed} rows of ${table} were set to what the restored one has` }
  },
})
