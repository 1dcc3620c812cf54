import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { cacheDir, projectRoot } from '../control/paths.ts'
import { ensureBundles } from '../range/bundle/bundle.ts'
import { onCallProgram } from '../shell/firedrill.ts'
import { ownPorts, paperTokens } from '../control/replay/paper-context.ts'
import { ServedBench } from '../control/replay/served-bench.ts'
import { poll } from '../model/until.ts'
import { jailTrouble } from '../shell/possible.ts'
import { attach } from './terminal.ts'

const skip = (await jailTrouble()) ?? false

/** A user's terminal: what was typed into it, and what it shows. */
function terminal() {
  const shown = { text: '', raw: false }
  const stdin = Object.assign(new EventEmitter(), {
    setRawMode: (raw: boolean) => (shown.raw = raw),
    resume() {},
    pause() {},
  })
  const stdout = Object.assign(new EventEmitter(), {
    columns: 90,
    rows: 33,
    write(bytes: Uint8Array | string, done?: () => void) {
      shown.text += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString()
      done?.()
      return true
    },
  })
  const until = async (what: RegExp) => {
    const isShown = await poll(20_000, () => what.test(shown.text), 20)
    assert.ok(isShown, `no ${what} in ${JSON.stringify(shown.text.slice(-2_000))}`)
  }
  return {
    streams: { stdin, stdout } as unknown as Parameters<typeof attach>[1],
    type: (text: string) => stdin.emit('data', Buffer.from(text)),
    stdout,
    shown,
    until,
  }
}

test(
  'a terminal on the command line is one of the range’s: left and come back to, through a lost connection, until it ends',
  { skip },
  async () => {
    await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
    await served.listen()
    const { id } = JSON.parse((await served.ask('trainee', 'POST', '/api/shells', { cols: 80, rows: 24 })).text) as { id: string }
    const where = { url: `ws://${served.host}/api/shells/${id}/socket`, token: paperTokens.trainee }

    const first = terminal()
    const left = attach(where, first.streams)
    await first.until(/\$ /)
    first.type('stty size; echo $((6 * 7)) is it\r')
    await first.until(/33 90\r\n42 is it/)
    assert.ok(first.shown.raw)
    for (const client of (await served.app).websocketServer.clients) client.terminate()
    served.shells.shell(id).session.type(Buffer.from('echo meanwhile $((1 + 1))\r'))
    await first.until(/meanwhile 2\r\n/)
    assert.equal(first.shown.text.match(/42 is it/g)?.length, 1, 'nothing twice')
    first.type('\u001d')
    assert.equal(await left, null)
    assert.equal(first.shown.raw, false)

    const second = terminal()
    const ended = attach(where, second.streams)
    await second.until(/42 is it[^]*meanwhile 2/)
    Object.assign(second.stdout, { columns: 70, rows: 20 })
    second.stdout.emit('resize')
    second.type('stty size\r')
    await second.until(/20 70\r\n/)
    second.type('exit\r')
    assert.equal(await ended, 'the shell exited')
  },
)

test('firedrill itself is available in the terminal, with the rights of the user who opened it', { skip }, async () => {
  await ensureBundles(projectRoot, cacheDir, [onCallProgram], () => {})
  await using served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  await served.listen()
  const drill = await served.bench.start()
  const run = async (command: string) => {
    // The instructor's own terminal has a trainee's token.
    const { text } = await served.ask('instructor', 'POST', '/api/shells/commands', { command })
    return JSON.parse(text) as { output: string; status: number }
  }
  assert.match((await run('firedrill status')).output, /orders +running +yes/)
  assert.match((await run('firedrill action list')).output, /restart/)
  assert.equal((await run('firedrill action run restart --param component=inventory')).status, 0)
  assert.ok(served.bench.events(drill).some((event) => event.type === 'action-run' && event.action === 'restart'))
  const people = await run('firedrill people --help')
  assert.match(people.output, /ask .*update .*quiet /s)
  assert.doesNotMatch(people.output, /mute/)
  assert.match((await run('firedrill fault list')).output, /unknown command 'fault'/)
  assert.match((await run('cat $FIREDRILL_DIR/range.json')).output, /"instructor":"","service":""/)
  const { output } = await run('curl -s -H "Authorization: Bearer $FIREDRILL_TOKEN" $FIREDRILL_URL/api/faults')
  assert.match(output, /this is for the instructor/)
})
