import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Range } from '../model/range.ts'
import { administratorOptions } from '../range/administrator.ts'
import { bootstrap } from '../range/components/postgres.ts'
import { schemaOwners } from '../shop/contract.ts'
import { databaseUrl } from '../range/components/service.ts'
import type { RangeContext } from '../range/context.ts'
import { OwnPostgres } from './own-postgres.ts'

const shop = path.join(import.meta.dirname, '..', 'shop')

interface Session extends AsyncDisposable {
  query(sql: string): Promise<unknown>
}

/** The shop's tables, created by the services' migrations and owned by them, in a separate PostgreSQL. */
export class ShopDatabase implements AsyncDisposable {
  readonly query: Range['database']['query']
  readonly #postgres: OwnPostgres
  readonly #pool: pg.Pool

  private constructor(own: OwnPostgres) {
    this.#postgres = own
    // As an administrator, whatever is set for the database; one connection after another costs more than all queries.
    this.#pool = new pg.Pool({
      connectionString: databaseUrl(own.context, 'postgres'),
      application_name: 'firedrill',
      options: administratorOptions,
      max: 2,
    })
    this.#pool.on('error', () => {})
    this.query = async <Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) =>
      (await this.#pool.query<Row>(sql, params)).rows
  }

  static async open(name: string): Promise<ShopDatabase> {
    const own = await OwnPostgres.start(name, ['fsync=off'])
    await bootstrap(own.context)
    const database = new ShopDatabase(own)
    for (const service of schemaOwners) {
      const folder = path.join(shop, service, 'migrations')
      const migrations = readdirSync(folder)
        .toSorted()
        .map((file) => readFileSync(path.join(folder, file), 'utf8'))
      await database.query(`set role ${service}; set search_path to ${service};\n${migrations.join('\n')}; reset role; reset search_path`)
    }
    return database
  }

  /** The settings that the server was started with. */
  get context(): RangeContext {
    return this.#postgres.context
  }

  /** Another client's session, which ends with the block that uses it. */
  async session(user: string, application: string): Promise<Session> {
    const client = new pg.Client({ connectionString: databaseUrl(this.#postgres.context, user), application_name: application })
    // It may be terminated.
    client.on('error', () => {})
    await client.connect()
    return { query: (sql) => client.query(sql), [Symbol.asyncDispose]: () => client.end() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
    await this.#postgres[Symbol.asyncDispose]()
  }
}
