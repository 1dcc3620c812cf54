import type { FastifyInstance, FastifyBaseLogger, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Range } from '../../model/range.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { RangeContext } from '../../range/context.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import type { DrillEngine } from '../drill-engine.ts'
import type { Injector } from '../injector.ts'
import type { GameDays } from '../game-days.ts'
import type { Ledger } from '../ledger.ts'
import type { LoadDriver } from '../load-driver.ts'
import type { Looks } from '../looks.ts'
import type { People } from '../people.ts'
import type { Shells } from '../../shell/shells.ts'
import type { Sampler } from '../sampler.ts'

/** The dependencies of the routes. */
export interface ApiContext {
  context: RangeContext
  range: Range
  ledger: Ledger
  injector: Injector
  sampler: Sampler
  engine: DrillEngine
  load: LoadDriver
  gameDays: GameDays
  people: People
  looks: Looks
  shells: Shells
  scenarios: ReadonlyMap<string, Scenario>
  shifts: ReadonlyMap<string, ReadShift>
}

/** Fastify with zod schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>
