import { redisDefaults } from '../../drills/cache-settings.ts'
import { freshChecks } from '../../drills/database-checks.ts'
import { freshIndexes } from '../../drills/resources/database-indexes.ts'
import type { Range } from '../../model/range.ts'

/** PostgreSQL's list of indexes: each definition is `CREATE INDEX name ON schema.table …`. */
const indexes = freshIndexes.map((definition) => {
  const [, name = '', schema = ''] = /^CREATE INDEX (\w+) ON (\w+)\./.exec(definition) ?? []
  return { schema, name, definition, valid: true }
})

/** Answers of a fresh range's database, for the queries of drills: who blocks whom, and what a table is like. */
export const paperDatabase: Range['database'] = {
  async query<Row extends Record<string, unknown>>(sql: string) {
    // Restoring rows begins with a query for a table's columns.
    if (/pg_attribute a left join pg_index/.test(sql))
      return ['sku', 'price_cents', 'available', 'reserved', 'shipped'].map((name) => ({
        name,
        in_key: name === 'sku',
      })) as unknown as Row[]
    // The list of sessions has one that blocks another; terminating one returns whose it was.
    const rows = /pg_terminate_backend/.test(sql)
      ? [{ application: 'stock-audit', ended: true }]
      : /pg_blocking_pids/.test(sql)
        ? [
            { pid: 4_711, application: 'stock-audit', blocked_by: null },
            { pid: 4_712, application: 'inventory', blocked_by: '4711' },
          ]
        : /from pg_index\b/.test(sql)
          ? indexes
          : /pg_get_constraintdef/.test(sql)
            ? freshChecks
            : []
    // Safe: only code that reads these columns sends this query.
    return rows as unknown as Row[]
  },
}

export const paperCache: Range['cache'] = {
  async command(name, ...args) {
    // In the forms of Redis's answers, because the code that reads them is real.
    if (name === 'CONFIG') return [args[1], redisDefaults[args[1] ?? ''] ?? '0']
    if (name === 'ACL') return args[0] === 'LIST' ? ['user default on nopass ~* &* +@all'] : 'OK'
    if (name === 'EVAL') return []
    if (name === 'MGET') return args.map(() => null)
    if (name === 'SCAN') return ['0', []]
    return name === 'DBSIZE' ? 1_000 : 'OK'
  },
}
