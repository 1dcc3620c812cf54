import type { Api } from '../api/context.ts'
import type { Role } from '../../model/api.ts'
import { GameDays } from '../game-days.ts'
import { LoadDriver } from '../load-driver.ts'
import { looksOf } from '../looks.ts'
import { People } from '../people.ts'
import { projectRoot } from '../paths.ts'
import { createServer } from '../server.ts'
import { EngineBench, scenarios, users } from './engine-bench.ts'
import { paperContext, paperHost, paperTokens } from './paper-context.ts'

/** The real control plane, with its API, over a range on paper: the clock goes on only when it is told to, and nothing listens behind it. */
export class ServedBench implements AsyncDisposable {
  readonly bench = new EngineBench()
  readonly app: Promise<Api>

  constructor({ rated = false }: { rated?: boolean } = {}) {
    const { engine, ledger, injector, sampler, range, dir } = this.bench
    const gameDays = new GameDays(ledger, engine, scenarios)
    this.app = createServer(
      {
        context: paperContext(dir, projectRoot, users),
        range,
        ledger,
        injector,
        sampler,
        engine,
        load: new LoadDriver(range),
        scenarios,
        gameDays,
        people: new People(gameDays),
        looks: looksOf(engine),
      },
      { rated },
    )
  }

  /** What a role is answered. */
  async ask(role: Role, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) {
    const headers = { authorization: `Bearer ${paperTokens[role]}`, host: paperHost }
    const { statusCode, body: text } = await (await this.app).inject({ method, url, headers, ...(body ? { payload: body } : {}) })
    return { status: statusCode, text }
  }
  async read<Body>(role: Role, url: string): Promise<Body> {
    const { status, text } = await this.ask(role, 'GET', url)
    if (status !== 200) throw new Error(`${url} was answered ${status}: ${text}`)
    return JSON.parse(text) as Body
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.app).close()
    this.bench[Symbol.dispose]()
  }
}
