import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { chdbEngine } from './engine/chdb.ts'
import type { Engine } from './engine/engine.ts'
import type { Intake, IntakeLimits } from './intake.ts'
import { createTables } from './schema.ts'
import { createStoreServer } from './server.ts'

export interface StoreBench {
  engine: Engine
  app: FastifyInstance
  intake: Intake
  /** Its own folder, deleted when it ends. */
  folder: string
  /** Stops it, and deletes its folder. */
  close(): Promise<void>
}

/** A telemetry store with a real database, in a folder of its own, for one test file. */
export async function openStoreBench({ limits, hours = 6 }: { limits?: IntakeLimits; hours?: number } = {}): Promise<StoreBench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-store-'))
  const engine = chdbEngine(path.join(folder, 'chdb'))
  for (const statement of createTables({ hours })) await engine.execute(statement)
  const { app, intake } = createStoreServer(engine, limits, { spool: path.join(folder, 'spool'), retentionHours: hours })
  return {
    engine,
    app,
    intake,
    folder,
    async close() {
      await app.close()
      await intake.stop()
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
