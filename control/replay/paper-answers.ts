import type { Range } from '../../model/range.ts'

/** Answers of a database of which nobody asks more than who blocks whom. */
export const paperDatabase: Range['database'] = {
  async query<Row extends Record<string, unknown>>(sql: string) {
    // Whoever lists sessions finds one that blocks another; whoever ends one is told whose it was.
    const rows = /pg_terminate_backend/.test(sql)
      ? [{ application: 'stock-audit', ended: true }]
      : /pg_blocking_pids/.test(sql)
        ? [
            { pid: 4_711, application: 'stock-audit', blocked_by: null },
            { pid: 4_712, application: 'inventory', blocked_by: '4711' },
          ]
        : []
    // Safe: only what reads these columns asks so.
    return rows as unknown as Row[]
  },
}

export const paperCache: Range['cache'] = {
  async command(name, ...args) {
    // In the shapes in which Redis answers: what reads them is the real thing.
    if (name === 'CONFIG') return [args[1], '0']
    if (name === 'ACL') return args[0] === 'LIST' ? ['user default on nopass ~* &* +@all'] : 'OK'
    if (name === 'EVAL') return []
    if (name === 'MGET') return args.map(() => null)
    if (name === 'SCAN') return ['0', []]
    return name === 'DBSIZE' ? 1_000 : 'OK'
  },
}
