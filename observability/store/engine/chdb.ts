import { Session } from 'chdb'
import { columnsOf, insertInto } from '../tables.ts'
import { type Engine, insertError, type SqlValue } from './engine.ts'

/** So many queries run side by side; each takes a thread of libuv's pool (`UV_THREADPOOL_SIZE`) while it runs. */
const readers = 6
/** Queries are ended after this, in the database as well. */
const queryDeadlineMs = 15_000

/**
 * ClickHouse inside this process, with its data in a folder. What one session is asked runs one after another, so inserts have a session and
 * queries have others: a question never waits for what is being written.
 */
export function chdbEngine(folder: string): Engine {
  const writer = new Session(folder)
  writer.query('CREATE DATABASE IF NOT EXISTS telemetry')
  writer.query('USE telemetry')
  // One block is read and written at a time: threads for more would only be started and ended.
  for (const setting of ['max_threads = 1', 'max_insert_threads = 1', 'input_format_parallel_parsing = 0', 'log_queries = 0'])
    writer.query(`SET ${setting}`)
  const idle: Session[] = []
  const waiting: ((session: Session) => void)[] = []
  let opened = 0

  async function reader(): Promise<Session> {
    const free = idle.pop()
    if (free) return free
    if (opened === readers) return new Promise((resolve) => waiting.push(resolve))
    opened++
    const session = new Session(folder)
    session.query('USE telemetry')
    session.query(`SET max_execution_time = ${queryDeadlineMs / 1_000}`)
    return session
  }
  const release = (session: Session): void => {
    const next = waiting.shift()
    if (next) next(session)
    else idle.push(session)
  }

  return {
    name: 'chdb',
    async execute(sql) {
      await writer.queryAsync(sql)
    },
    async query<Row>(sql: string, params: Record<string, SqlValue> = {}) {
      const session = await reader()
      const options = { format: 'JSONEachRow' }
      // Given back when the database is done with it, whether anybody still waits or not.
      const running = (
        Object.keys(params).length > 0 ? session.queryBindAsync(sql, params, options) : session.queryAsync(sql, options)
      ).finally(() => release(session))
      const text = (await running).text()
      // Safe: the caller's SQL names the columns of its Row.
      return text === ''
        ? []
        : text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Row)
    },
    async insert(table, file, part) {
      const quoted = `'${file.replaceAll(/['\\]/g, String.raw`\$&`)}'`
      const { selected } = columnsOf(table)
      const from = part
        ? `SELECT ${selected} FROM file(${quoted}, 'Native') LIMIT ${part.count} OFFSET ${part.first}`
        : `FROM INFILE ${quoted} FORMAT Native`
      await writer.queryAsync(`${insertInto(table)} ${from}`).catch((error: unknown) => {
        throw insertError(error, error instanceof Error && 'clickhouseCode' in error ? error.clickhouseCode : undefined)
      })
    },
    async close() {
      for (const session of idle) session.close()
      writer.close()
    },
  }
}
