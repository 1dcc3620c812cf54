import { redisDefaults } from '../../drills/cache-settings.ts'
import { freshChecks } from '../../drills/database-checks.ts'
import { freshIndexes } from '../../drills/resources/database-indexes.ts'
import type { Range } from '../../model/range.ts'

/** As PostgreSQL tells of indexes: each definition is `CREATE INDEX name ON schema.table …`. */
const indexes = freshIndexes.map((definition) => {
  const [, name = '', schema = ''] = /^CREATE INDEX (\w+) ON (\w+)\./.exec(definition) ?? []
  return { schema, name, definition, valid: true }
})

/** Answers of a fresh range's database of which nobody asks more than who blocks whom, and what a table is like. */
export const paperDatabase: Range['database'] = {
  async query<Row extends Record<string, unknown>>(sql: string) {
    // Whoever copies rows back asks for a table's columns first.
    if (/pg_attribute a left join pg_index/.test(sql))
      return ['sku', 'price_cents', 'available', 'reserved', 'shipped'].map((name) => ({
        name,
        in_key: name === 'sku',
      })) as unknown as Row[]
    // Whoever lists sessions finds one that blocks another; whoever ends one is told whose it was.
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
    // Safe: only what reads these columns asks so.
    return rows as unknown as Row[]
  },
}

export const paperCache: Range['cache'] = {
  async command(name, ...args) {
    // In the shapes in which Redis answers: what reads them is the real thing.
    if (name === 'CONFIG') return [args[1], redisDefaults[args[1] ?? ''] ?? '0']
    if (name === 'ACL') return args[0] === 'LIST' ? ['user default on nopass ~* &* +@all'] : 'OK'
    if (name === 'EVAL') return []
    if (name === 'MGET') return args.map(() => null)
    if (name === 'SCAN') return ['0', []]
    return name === 'DBSIZE' ? 1_000 : 'OK'
  },
}
