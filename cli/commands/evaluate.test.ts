import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { ownPorts, paperContext } from '../../control/replay/paper-context.ts'
import { ServedBench } from '../../control/replay/served-bench.ts'
import { run } from '../../test/loaded-modules.ts'

// The command, over HTTP, against the real control plane with a simulated range.
const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'firedrill-evaluate-'))
const portBase = ownPorts()
const dir = path.join(folder, 'range')
const tokens = { trainee: 'trainee', instructor: 'instructor', service: 'service' }
const served = new ServedBench({ portBase })
before(async () => {
  mkdirSync(dir)
  const { config } = paperContext(dir, projectRoot, 0, portBase)
  writeFileSync(path.join(dir, 'range.json'), JSON.stringify(config), { mode: 0o600 })
  await served.bench.pass(20)
  await served.listen()
})
after(async () => {
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** What an agent gets: its environment, its folder and the folder's contents. */
async function agentSees(...args: string[]) {
  const seen = path.join(folder, 'seen')
  // It ends its drill itself, so that its result need not be waited for.
  const finish = `fetch(process.env.FIREDRILL_MCP_URL.replace('/mcp', '/api/drills/' + process.env.FIREDRILL_DRILL + '/finish'), { method: 'POST', headers: { authorization: 'Bearer ' + process.env.FIREDRILL_MCP_TOKEN } })`
  const agent = `env -0 >${seen}.env; pwd >${seen}.pwd; ls -A >${seen}.ls; echo made >made-by-agent; exec ${process.execPath} -e "${finish}"`
  // The evaluating process knows both.
  const env = {
    ...process.env,
    FIREDRILL_DIR: dir,
    OLDPWD: dir,
    _: path.join(projectRoot, 'firedrill'),
    NOTED: `token=${tokens.instructor}`,
    KEPT: 'key',
  }
  const { status, stderr } = await run('cli/main.ts', ['evaluate', '--agent', agent, '--scenarios', 'slow-shelves', '--json', ...args], env)
  assert.equal(status, 0, stderr)
  const read = (what: string) => readFileSync(`${seen}.${what}`, 'utf8')
  const variables = read('env')
    .split('\0')
    .filter((line) => line !== '')
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return { env: Object.fromEntries(variables), cwd: read('pwd').trim(), files: read('ls') }
}

test('an agent gets the API’s address and a trainee’s token, but neither the range’s folder nor the checkout', async () => {
  const { env, cwd, files } = await agentSees()
  assert.equal(env['FIREDRILL_MCP_URL'], `http://127.0.0.1:${portBase}/mcp`)
  assert.equal(env['FIREDRILL_MCP_TOKEN'], tokens.trainee)
  assert.match(env['FIREDRILL_DRILL'] ?? '', /^[\w-]{36}$/)
  assert.equal(env['KEPT'], 'key', 'what is its own stays')
  assert.ok(env['PATH'])
  for (const [name, value] of Object.entries(env)) {
    if (name !== 'PATH') assert.ok(!value.includes(projectRoot), `${name} names the checkout`)
    for (const secret of [dir, tokens.instructor]) assert.ok(!value.includes(secret), `${name} has ${secret}`)
  }
  assert.deepEqual(
    Object.keys(env)
      .filter((name) => name.startsWith('FIREDRILL_'))
      .toSorted(),
    ['FIREDRILL_DRILL', 'FIREDRILL_MCP_TOKEN', 'FIREDRILL_MCP_URL'],
  )
  assert.equal(files, '', 'its folder is empty')
  assert.ok(!cwd.startsWith(projectRoot) && !cwd.startsWith(dir), cwd)
  assert.ok(!existsSync(cwd), 'and removed afterwards')
})

test('an agent runs in the given folder, which is left unchanged', async () => {
  const own = path.join(folder, 'own')
  mkdirSync(own)
  writeFileSync(path.join(own, 'settings'), '')
  await served.bench.pass(20)
  const { cwd, files } = await agentSees('--cwd', own)
  assert.deepEqual([cwd, files], [own, 'settings\n'])
  assert.ok(existsSync(path.join(own, 'made-by-agent')))
  const { status, stderr } = await run('cli/main.ts', ['evaluate', '--agent', 'true', '--cwd', path.join(folder, 'none'), '--dir', dir])
  assert.equal(status, 1)
  assert.match(stderr, /there is no folder .*none/)
})
