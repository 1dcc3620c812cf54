import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApp } from '../control/api/app.ts'
import type { Api, ApiContext } from '../control/api/context.ts'
import { telemetryRoutes } from '../control/api/telemetry.ts'
import type { GameDays } from '../control/game-days.ts'
import { Looks } from '../control/looks.ts'
import { People } from '../control/people.ts'
import { binarySources, findBinary } from '../range/binaries.ts'

const program = findBinary(binarySources('').find(({ binary }) => binary === 'prometheus')!)
export const noPrometheus = program === null && 'there is no Prometheus'

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })

export interface Behind extends AsyncDisposable {
  app: Api
  /** Where our routes listen. */
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
      ...['--web.enable-lifecycle', '--enable-feature=exemplar-storage'],
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => prometheus.once('exit', resolve))
  const app = createApp()
  // Safe: nobody has joined a game day, and the routes need no more of the context.
  const nobody = { looks: new Looks(() => {}), people: new People({ current: () => null } as unknown as GameDays) }
  telemetryRoutes(app, { context: { port: () => port, config: { profile: 'drill' } }, ...nobody } as unknown as ApiContext)
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const giveUpAt = Date.now() + 30_000
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
  while (!(await scraped())) {
    if (Date.now() > giveUpAt) {
      await stop()
      assert.fail('Prometheus has scraped nothing')
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { app, base, [Symbol.asyncDispose]: stop }
}
