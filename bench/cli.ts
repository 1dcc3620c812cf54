import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from '../control/paths.ts'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { atMost, atRest, quantile, told, type Benchmark, type Row } from './benchmark.ts'

const run = promisify(execFile)
const times = 20
const commands = [
  ['status'],
  ['scenarios'],
  ['action', 'list'],
  ['action', 'run', 'list-sessions'],
  ['load', 'status'],
  ['fault', 'list'],
  ['logs', 'orders'],
]

/** How long a command takes with a running range, including the launcher: a tool for an incident must answer immediately. */
export const cliBenchmark: Benchmark = {
  name: 'cli',
  title: 'commands beside a range that runs',
  async run(context) {
    const { state, client, say } = context
    await atRest(context)
    const rows: Row[] = []
    const help = await measured(['--help'])
    rows.push(atMost('firedrill --help: CPU, p50', help.cpu, 's', 0.15), told('firedrill --help: p50', help.p50, 's'))
    const measure = async (args: string[]) => {
      const { p50, p95, cpu } = await measured([...args, '--dir', state.dir])
      const name = `firedrill ${args.join(' ')}`
      say(`  ${name}: ${p50.toFixed(2)} s, ${cpu.toFixed(2)} s of CPU`)
      rows.push(told(`${name}: p50`, p50, 's'), atMost(`${name}: p95`, p95, 's', 0.4), told(`${name}: CPU, p50`, cpu, 's'))
    }
    for (const args of commands) await measure(args)
    const { scenarios } = await client.get('/api/scenarios')
    const scenario = scenarios.find(({ playable }) => playable)?.id
    const drill = await startWhenSteady(client, { scenario, mode: 'learning', trainee: 'bench' }, 60_000)
    try {
      await measure(['drill', 'status'])
    } finally {
      await client.post('/api/drills/:id/abort', { id: drill.id })
    }
    await atRest(context)
    return rows
  },
}

/** Seconds; CPU is user and system time of the command and its children. */
async function measured(args: string[]): Promise<{ p50: number; p95: number; cpu: number }> {
  const walls: number[] = []
  const cpus: number[] = []
  for (let round = 0; round < times; round++) {
    const startedAt = performance.now()
    // The shell prints its own times, and in the second line those of its children.
    const { stdout } = await run('/bin/sh', ['-c', '"$@" >/dev/null && times', 'sh', path.join(projectRoot, 'firedrill'), ...args])
    walls.push((performance.now() - startedAt) / 1_000)
    const children = stdout.trim().split('\n').at(-1) ?? ''
    cpus.push(
      [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0),
    )
  }
  return { p50: quantile(walls, 0.5), p95: quantile(walls, 0.95), cpu: quantile(cpus, 0.5) }
}
