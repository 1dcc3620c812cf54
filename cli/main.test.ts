import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { ComponentStatus } from '../model/components.ts'
import { readStat } from '../range/targets/local/identity.ts'
import { RangeState } from '../range/targets/local/state.ts'
import { run } from '../test/loaded-modules.ts'
import { commands } from './commands.ts'
import { lastLines } from './commands/logs.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-cli-'))
after(() => rmSync(folder, { recursive: true }))

/** Runs from the sources: without a cache there is no bundle. */
const firedrill = (...args: string[]) => run('cli/main.ts', args, { ...process.env, FIREDRILL_CACHE: path.join(folder, 'no-cache') })

/** What a command loads to call the control plane, apart from its own code and the vocabulary. */
const light = [
  'commander',
  'control/client.ts',
  'control/paths.ts',
  'control/request.ts',
  'range/context.ts',
  'range/machine.ts',
  'range/precedence.ts',
  'range/private.ts',
  'range/targets/local/kept.ts',
  'range/targets/local/state.ts',
  'range/whole-file.ts',
  'zod',
]

/** Apart from the command line's own code and the vocabulary, and where a bundle would be. */
const others = (modules: readonly string[]) =>
  modules.filter((name) => !/^(cli|model)\//.test(name) && name !== 'range/bundle/places.ts').toSorted()

test('the list of commands loads none of them', async () => {
  const { status, stdout, modules, files } = await firedrill('--help')
  assert.equal(status, 0)
  for (const { name, summary } of commands) assert.match(stdout.replaceAll(/\s+/g, ' '), new RegExp(`${name} .*${RegExp.escape(summary)}`))
  assert.deepEqual(
    modules.filter((name) => !name.startsWith('cli/') && !name.startsWith('model/')),
    ['commander'],
  )
  assert.ok(!modules.some((name) => name.startsWith('cli/commands/')), modules.join(' '))
  assert.ok(files <= 15, `${files} files`)
})

test('a command that calls the control plane loads only what that needs', async () => {
  const state = new RangeState(path.join(folder, 'range'))
  // Nothing listens there.
  state.configure({ portBase: 1024 })
  const asking = [
    ['scenarios'],
    ['action', 'list'],
    ['action', 'run', 'restart-service'],
    ['drill', 'status'],
    ['shift', 'list'],
    ['fault', 'list'],
    ['load', 'status'],
    ['silence', 'list'],
    ['flags', 'get'],
    ['mesh', 'history'],
  ]
  for (const args of asking) {
    const { status, stderr, modules, files } = await firedrill(...args, '--dir', state.dir)
    assert.equal(status, 1, args.join(' '))
    assert.match(stderr, /the control plane on http:\/\/127\.0\.0\.1:1024 does not answer/)
    assert.deepEqual(others(modules), light, args.join(' '))
    assert.ok(files <= 146, `${args.join(' ')}: ${files} files`)
  }
  for (const args of [['open'], ['logs', 'orders'], ['coach', 'status']]) {
    const { status, modules, files } = await firedrill(...args, '--dir', state.dir)
    assert.equal(status, 0, args.join(' '))
    assert.ok(
      modules.every((name) => /^(cli|model|coach)\//.test(name) || light.includes(name) || name === 'range/bundle/places.ts'),
      `${args.join(' ')}: ${modules.join(' ')}`,
    )
    assert.ok(files <= 146, `${args.join(' ')}: ${files} files`)
  }
})

test('the status is what the control plane reports, with the memory of processes here', async () => {
  const state = new RangeState(path.join(folder, 'status'))
  const component = { name: 'orders', state: 'running', healthy: true, pid: process.pid, ports: {}, memoryBytes: null }
  const server = http.createServer((request, response) => {
    assert.equal(request.headers.authorization, `Bearer ${state.config().tokens.trainee}`)
    response.end(JSON.stringify({ components: request.url === '/api/components' ? [component] : [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    // Safe: it listens on a port.
    state.configure({ portBase: (server.address() as AddressInfo).port })
    const startTicks = readStat(process.pid)?.startTicks ?? 0
    for (const name of ['control', 'orders'] as const)
      state.setRun(name, { pid: process.pid, startTicks, nonce: '', startedAt: 0, readyAfterMs: 0, stopping: false })
    const { status, stdout, modules, files } = await firedrill('status', '--json', '--dir', state.dir)
    assert.equal(status, 0)
    const [{ memoryBytes, ...rest }] = JSON.parse(stdout) as [ComponentStatus]
    assert.deepEqual({ ...rest, memoryBytes: null }, component)
    assert.ok(memoryBytes && memoryBytes > 10_000_000, String(memoryBytes))
    assert.deepEqual(others(modules), [...light, 'range/targets/local/identity.ts', 'range/targets/local/precedence.ts'].toSorted())
    assert.ok(files <= 139, `${files} files`)
  } finally {
    server.close()
  }
})

test('the listed summary of a command is its own', async () => {
  for (const { name, usage, summary, load } of commands) {
    const command = await load()
    const own = command.options.length > 0 ? ['[options]'] : []
    const takes = command.registeredArguments.map((argument) => {
      const dots = argument.variadic ? '...' : ''
      return argument.required ? `<${argument.name()}${dots}>` : `[${argument.name()}${dots}]`
    })
    assert.equal(command.name(), name)
    assert.equal(usage, [...own, ...takes].join(' '), name)
    // Set where it is listed.
    assert.equal(command.description(), '', name)
    assert.notEqual(summary, '')
  }
})

/** The promised options: for scripts, and for several ranges. */
const promised = [
  'setup',
  'doctor',
  'up',
  'down',
  'status',
  'logs',
  'scenarios',
  'verify',
  'bench',
  'open',
  'drill start',
  'drill status',
  'drill ack',
  'drill diagnose',
  'drill finish',
  'drill abort',
  'action list',
  'action describe',
  'action run',
  'fault list',
  'fault describe',
  'fault inject',
  'fault revert',
  'load set',
  'load status',
  'silence add',
  'silence list',
  'silence expire',
]

test('every command explains itself and takes the common options', async () => {
  for (const words of promised) {
    const [first, second] = words.split(' ')
    const command = await commands.find(({ name }) => name === first)?.load()
    const help = (second === undefined ? command : command?.commands.find((own) => own.name() === second))?.helpInformation() ?? ''
    for (const told of ['Usage: ', '--json', '--dir', '--port-base']) assert.ok(help.includes(told), `${words} ${told}`)
  }
})

test('help on a command, by either way', async () => {
  const asked = await firedrill('help', 'logs')
  assert.match(asked.stdout, /firedrill logs \[options\] <component>\n\nprint the last lines of a component’s log\n[^]*--lines <n>/)
  assert.equal((await firedrill('logs', '--help')).stdout, asked.stdout)
  assert.match((await firedrill('help', 'drill')).stdout, /start \[options\] \[scenario\]/)
  const started = await firedrill('drill', 'start', '--help')
  assert.equal(started.status, 0)
  for (const option of ['--json', '--dir', '--port-base']) assert.ok(started.stdout.includes(option), option)
})

test('an unknown command', async () => {
  const { status, stderr } = await firedrill('statu')
  assert.equal(status, 1)
  assert.match(stderr, /unknown command 'statu'\n\(Did you mean status\?\)\n\('firedrill --help' lists the commands\)/)
})

test('the last lines of a log, whatever their length', () => {
  const file = path.join(folder, 'x.log')
  const last = (content: string, count: number) => {
    writeFileSync(file, content)
    return lastLines(file, count, 8)
  }
  assert.deepEqual(last('', 3), [])
  assert.deepEqual(last('one\n', 3), ['one'])
  assert.deepEqual(last('one\ntwo\nthree\n', 2), ['two', 'three'])
  assert.deepEqual(last('one\ntwo\nthree', 2), ['two', 'three'])
  assert.deepEqual(last('a line longer than a block\nand a ¥ across two of them\n', 2), [
    'a line longer than a block',
    'and a ¥ across two of them',
  ])
  assert.deepEqual(last('one\n', 0), [])
})
