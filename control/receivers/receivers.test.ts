import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { findBinaries } from '../../range/binaries.ts'
import type { Binaries } from '../../range/context.ts'
import { reloadAlertmanager } from '../../range/targets/local/monitoring.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { LocalTarget } from '../../range/targets/local/target.ts'
import { cacheDir, projectRoot } from '../paths.ts'
import { renderConfig } from '../wiring.ts'
import { keepReceivers } from './keep.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'receivers-'))
after(() => rmSync(dir, { recursive: true }))
const file = path.join(dir, 'own.yml')
const slack = "pager: { slack_configs: [{ api_url: 'http://slack.example/x', channel: '#on-call' }] }\n"

test(
  'a running Alertmanager takes up receivers without a pause, and goes on with them past a wrong file',
  { timeout: 60_000 },
  async () => {
    const state = new RangeState(path.join(dir, 'range'))
    state.configure({ portBase: 31_200 })
    // Safe: only Alertmanager is started here.
    const binaries = Object.fromEntries(
      findBinaries(cacheDir).map(({ source, path: found }) => [source.binary, found]),
    ) as unknown as Binaries
    const target = new LocalTarget(state, projectRoot, binaries, renderConfig)
    const inForce = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${target.context.port('alertmanager')}/alertmanager/api/v2/status`)
      return ((await response.json()) as { config: { original: string } }).config.original
    }
    await target.start('alertmanager')
    try {
      const process = state.run('alertmanager')?.pid
      writeFileSync(file, slack)
      keepReceivers(state.dir, file)
      await reloadAlertmanager(target)
      assert.match(await inForce(), /#on-call/)
      for (const text of ['pagers: {}\n', slack.replace('http://', ''), 'a: [\n']) {
        writeFileSync(file, text)
        assert.throws(() => keepReceivers(state.dir, file), { code: 'bad-request' })
      }
      await reloadAlertmanager(target)
      assert.match(await inForce(), /#on-call/)
      assert.equal(state.run('alertmanager')?.pid, process)
      await target.restart('alertmanager')
      assert.match(await inForce(), /#on-call/)
    } finally {
      await target.stop('alertmanager')
    }
  },
)
