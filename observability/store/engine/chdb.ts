import { Session } from 'chdb'
import { columnsOf, insertInto } from '../tables.ts'
import { type Engine, insertError, type SqlValue } from './engine.ts'

/** Number of parallel queries; each occupies a thread of libuv's pool (`UV_THREADPOOL_SIZE`) while it runs. */
const readers = 6
/** Timeout of queries, also enforced by the database. */
const queryDeadlineMs = 15_000

/**
 * ClickHouse inside this process, with its data in a folder. Each session runs one statement after another, so inserts and queries have separate
 * sessions: a query never waits for an insert.
 */
export function chdbEngine(folder: string): Engine {
  const writer = new Session(folder)
  writer.query('CREATE DATABASE IF NOT EXISTS telemetry')
  writer.query('USE telemetry')
  // One block is read and written at a time: more threads would only be started and stopped.
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
      // Released when the database has finished with it, whether or not somebody still waits.
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
