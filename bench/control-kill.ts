import { setTimeout as delay } from 'node:timers/promises'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { until } from '../model/until.ts'
import { liveness } from '../range/targets/local/identity.ts'
import { atMost, atRest, exactly, mean, told, type Benchmark } from './benchmark.ts'

const kills = 20
const killsPerDrill = 2
/** An overdue fault is reverted within this time: the control plane ticks once a second, the reaper two seconds after it. */
const limitGraceMs = 5_000

/** Kills the control plane at random moments of drills. Nobody restarts it by hand. */
export const controlKillBenchmark: Benchmark = {
  name: 'control-kill',
  title: 'the control plane killed in drills',
  async run(context) {
    const { client, state, say } = context
    const { scenarios: all } = await client.get('/api/scenarios')
    const scenarios = all.filter(({ playable }) => playable)
    const back: number[] = []
    let lost = 0
    let refused = 0
    let asked = 0
    const startedAt = Date.now()
    for (let round = 0; round < kills / killsPerDrill; round++) {
      const scenario = scenarios[round % scenarios.length]
      if (!scenario) throw new Error('there are no scenarios')
      await atRest(context)
      const drill = await startWhenSteady(client, { scenario: scenario.id, trainee: 'bench', mode: 'rehearsal' }, 60_000)
      for (let kill = 0; kill < killsPerDrill; kill++) {
        await delay(Math.random() * 12_000)
        const record = state.run('control')
        if (!record || liveness(record) === 'gone') throw new Error('the control plane is gone before it was killed')
        const killedAt = Date.now()
        const users = watchShop(`http://127.0.0.1:${state.config().portBase + 1}/health`)
        process.kill(record.pid, 'SIGKILL')
        const running = await until('the control plane to be back', 60_000, async () => client.get('/api/drills').catch(() => null))
        back.push((Date.now() - killedAt) / 1_000)
        const seen = await users.stop()
        refused += seen.refused
        asked += seen.asked
        if (running.running !== drill.id) lost++
        // The drill continues: new actions are recorded in it.
        await client.post('/api/drills/:id/notes', { id: drill.id, body: { text: `after kill ${kill + 1}` } })
        say(`  ${scenario.id}: back after ${back.at(-1)?.toFixed(1)} s, the drill ${running.running === drill.id ? 'goes on' : 'is lost'}`)
      }
      await client.post('/api/drills/:id/abort', { id: drill.id })
      await until('the faults to be reverted', 60_000, async () => (await openFaults()).length === 0)
    }
    await atRest(context)
    const { history } = await client.get('/api/faults')
    const ours = history.filter((fault) => fault.plannedAt >= startedAt)
    const outlived = ours.filter((fault) => (fault.revertedAt ?? Date.now()) > fault.deadlineAt + limitGraceMs)
    return [
      told('kills', back.length),
      exactly('drills that did not go on', lost, '', 0),
      atMost('killed → back in the drill, slowest', Math.max(...back), 's', 5),
      told('killed → back in the drill, mean', mean(back), 's'),
      exactly('requests that the shop refused meanwhile', refused, `of ${asked}`, 0),
      told('faults injected', ours.length),
      exactly('faults that outlived their limit', outlived.length, '', 0),
    ]

    async function openFaults() {
      return (await client.get('/api/faults')).open
    }
  },
}

/** Checks ten times a second whether the gateway answers. */
function watchShop(url: string) {
  let going = true
  const seen = { asked: 0, refused: 0 }
  const work = (async () => {
    while (going) {
      seen.asked++
      const ok = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
        (response) => response.ok,
        () => false,
      )
      if (!ok) seen.refused++
      await delay(100)
    }
  })()
  return {
    async stop() {
      going = false
      await work
      return seen
    },
  }
}
