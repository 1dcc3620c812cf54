import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApp } from '../control/api/app.ts'
import type { Api, ApiContext } from '../control/api/context.ts'
import { telemetryRoutes } from '../control/api/telemetry.ts'
import type { GameDays } from '../control/game-days.ts'
import { Looks } from '../control/looks.ts'
import { People } from '../control/people.ts'
import { until } from '../model/until.ts'
import { binarySources, findBinary } from '../range/binaries.ts'
import { freePort } from './free-port.ts'

const program = findBinary(binarySources('').find(({ binary }) => binary === 'prometheus')!)
export const noPrometheus = program === null && 'there is no Prometheus'

export interface Behind extends AsyncDisposable {
  app: Api
  /** The address of our routes. */
  base: string
}

/** A real Prometheus, which has scraped itself at least once, behind our own routes. */
export async function startPrometheusBehind(): Promise<Behind> {
  assert.ok(program)
  const dir = mkdtempSync(path.join(tmpdir(), 'prometheus-'))
  const port = await freePort()
  const at = `127.0.0.1:${port}`
  writeFileSync(
    path.join(dir, 'prometheus.yml'),
    `global: { scrape_interval: 200ms }\nscrape_configs: [{ job_name: prometheus, metrics_path: /prometheus/metrics, static_configs: [{ targets: ['${at}'] }] }]\n`,
  )
  const prometheus = spawn(
    program,
    [
      `--config.file=${path.join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=${at}`,
      `--web.external-url=http://${at}/prometheus/`,
      '--web.enable-lifecycle',
      '--enable-feature=exemplar-storage',
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => prometheus.once('exit', resolve))
  const app = createApp()
  // Safe: nobody has joined a game day, and the routes need no more of the context.
  const nobody = { looks: new Looks(() => {}), people: new People({ current: () => null } as unknown as GameDays) }
  telemetryRoutes(app, { context: { port: () => port, config: { profile: 'drill' } }, ...nobody } as unknown as ApiContext)
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const scraped = async () => {
    const answer = await fetch(`http://${at}/prometheus/api/v1/query?query=up`).catch(() => null)
    return answer?.ok === true && ((await answer.json()) as { data: { result: unknown[] } }).data.result.length > 0
  }
  const stop = async () => {
    await app.close()
    prometheus.kill('SIGKILL')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
  await until('Prometheus to scrape something', 30_000, scraped, 50).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { app, base, [Symbol.asyncDispose]: stop }
}
