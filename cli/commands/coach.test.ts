import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { startScriptedServer, type ChatRequest, type Script } from '../../coach/agent/scripted-server.ts'
import { writeCoachConfig } from '../../coach/config.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { run } from '../../test/loaded-modules.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-coach-'))
after(() => rmSync(folder, { recursive: true }))

const said = 'You know what users feel. Where do their requests spend their time?'

/** Runs `coach test` with a model that answers from a script. */
async function coachTest(script: (request: ChatRequest) => Script, ...args: string[]) {
  await using server = await startScriptedServer(script)
  const state = new RangeState(folder)
  state.configure({ portBase: 1024 })
  writeCoachConfig(state.dir, { provider: 'openai-compatible', url: server.url, model: 'scripted', tools: true })
  return await run('cli/main.ts', ['coach', 'test', '--dir', state.dir, ...args])
}

test('coach test prints the model’s answer and how long it took', async () => {
  const { status, stdout, stderr } = await coachTest(() => ({ text: [said] }))
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.match(stdout, /^You know what users feel\. Where do their requests spend their time\?\n.*first word after \d+\.\d s/)
})

test('coach test fails with the reason if the arguments of a tool are invalid JSON', async () => {
  const { status, stdout, stderr } = await coachTest(
    ({ tools }) => (tools ? { tools: [{ name: 'encourage', raw: '{"text": "Well' }] } : { text: [said] }),
    '--json',
  )
  assert.equal(status, 1)
  const why =
    "in a drill the author's words would go out instead of the model's: it said nothing, and its call of a tool could not be used: " +
    'encourage: its arguments are not valid JSON: {"text": "Well, when it was offered tools'
  assert.deepEqual(JSON.parse(stdout), { error: { code: 'component-failed', message: why } })
  assert.equal(stderr, `firedrill: ${why}\n`)
})
