import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'

const root = mkdtempSync(path.join(tmpdir(), 'firedrill-launcher-'))
after(() => rmSync(root, { recursive: true }))
const cache = path.join(root, 'cache')
const known = path.join(cache, 'node-checked')
/** The first Node on PATH, and one that the launcher has downloaded before. */
const first = path.join(root, 'bin', 'node')
const fetched = path.join(cache, 'node', 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')

function link(file: string): void {
  rmSync(file, { force: true })
  mkdirSync(path.dirname(file), { recursive: true })
  symlinkSync(process.execPath, file)
}

/** A stand-in for Node. */
function script(file: string, lines: string): void {
  rmSync(file, { force: true })
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
}

beforeEach(() => {
  rmSync(root, { recursive: true })
  mkdirSync(path.join(root, 'cli'), { recursive: true })
  mkdirSync(path.join(root, 'node_modules'))
  copyFileSync(path.join(import.meta.dirname, '..', 'firedrill'), path.join(root, 'firedrill'))
  for (const lock of ['package-lock.json', 'node_modules/.firedrill-lock']) writeFileSync(path.join(root, lock), '{}')
  writeFileSync(
    path.join(root, 'cli', 'main.ts'),
    'const { env, argv } = process; console.log(JSON.stringify({ env, path: env.PATH, compiled: env.NODE_COMPILE_CACHE, args: argv.slice(2) }))',
  )
  link(first)
  link(fetched)
})

/** Runs the launcher; returns the program that it ran, by its folder, which is first on PATH. */
function launch(...args: string[]): { node: string; compiled: string; args: string[] } {
  return launchWith({}, ...args)
}
function launchWith(
  own: Record<string, string>,
  ...args: string[]
): { node: string; compiled: string; args: string[]; env: Record<string, string> } {
  const env = { PATH: `${path.dirname(first)}:/usr/bin:/bin`, FIREDRILL_CACHE: cache, ...own }
  const said = JSON.parse(
    execFileSync(path.join(root, 'firedrill'), args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as Record<string, string>
  return { ...said, node: path.join(said['path']?.split(':')[0] ?? '', 'node') } as unknown as ReturnType<typeof launchWith>
}
const answers = () => (existsSync(known) ? readFileSync(known, 'utf8').trim().split('\n') : [])

test('Node’s version is checked once, and again if the file changes', () => {
  assert.equal(launch().node, first)
  assert.equal(launch().node, first)
  assert.equal(answers().length, 1)
  // The cached answer counts: this one was never given.
  writeFileSync(known, readFileSync(known, 'utf8').replace(/^yes/, 'no'))
  assert.equal(launch().node, fetched)
  assert.equal(launch().node, fetched)
  // Another file with the same name.
  script(first, 'echo no itself')
  assert.equal(launch().node, fetched)
  link(first)
  rmSync(known)
  assert.equal(launch().node, first)
})

test('a wrapper script for Node is checked every time: it may start another version tomorrow', () => {
  script(first, `exec ${process.execPath} "$@"`)
  assert.equal(launch().node, first)
  assert.equal(launch().node, first)
  assert.deepEqual(answers(), [])
  // Its target changes without a change of the script.
  writeFileSync(path.join(root, 'version'), 'exit 1')
  script(first, `. ${path.join(root, 'version')}; exec ${process.execPath} "$@"`)
  assert.equal(launch().node, fetched)
  writeFileSync(path.join(root, 'version'), ':')
  assert.equal(launch().node, first)
})

test('arguments are passed on unchanged, and the compile cache is kept', () => {
  const { args, compiled } = launch('a b', '', "it's")
  assert.deepEqual(args, ['a b', '', "it's"])
  assert.equal(compiled, path.join(cache, 'compiled'))
})

test('a cache that cannot be written only costs time', () => {
  rmSync(cache, { recursive: true })
  writeFileSync(cache, '')
  assert.equal(launch().node, first)
})

test('options for another Node are not passed to ours', () => {
  for (const NODE_OPTIONS of ['--require /nonexistent.js', '--no-such-option', '--inspect-brk=127.0.0.1:1']) {
    const { node, env } = launchWith({ NODE_OPTIONS })
    assert.deepEqual([node, env['NODE_OPTIONS']], [first, undefined], NODE_OPTIONS)
  }
})

test('requests to this machine bypass the proxy, in every program', async () => {
  const server = createServer((_request, response) => response.end('direct')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const proxy = 'http://127.0.0.1:9'
  const own = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: '1' }
  const child = (program: string, ...args: string[]) =>
    `execFile(${JSON.stringify(program)}, ${JSON.stringify(args)}).then(({ stdout }) => stdout.trim())`
  writeFileSync(
    path.join(root, 'cli', 'main.ts'),
    `import { execFile as run } from 'node:child_process'
     import { promisify } from 'node:util'
     const execFile = promisify(run)
     const all = [fetch('${url}').then((answer) => answer.text()), ${child('curl', '--silent', '--max-time', '5', url)},
       ${child('python3', '-c', `import urllib.request; print(urllib.request.urlopen("${url}", timeout=5).read().decode())`)}]
     console.log(JSON.stringify({ env: process.env, args: (await Promise.all(all.map((each) => each.catch(String)))) }))`,
  )
  const launched = (env: Record<string, string>) =>
    new Promise<{ args: string[]; env: Record<string, string> }>((resolve, reject) =>
      execFile(
        path.join(root, 'firedrill'),
        { env: { PATH: `${path.dirname(first)}:/usr/bin:/bin`, FIREDRILL_CACHE: cache, ...env } },
        (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout) as { args: string[]; env: Record<string, string> })),
      ),
    )
  try {
    assert.deepEqual((await launched(own)).args, ['direct', 'direct', 'direct'])
    const { args, env } = await launched({ ...own, no_proxy: 'corp.example' })
    assert.deepEqual([args, env['NO_PROXY']], [['direct', 'direct', 'direct'], 'corp.example,localhost,127.0.0.1,::1'])
  } finally {
    server.close()
  }
})

test('npm installs everything that a platform needs, whatever its settings', () => {
  rmSync(path.join(root, 'node_modules', '.firedrill-lock'))
  // A stand-in for the machine's own, which records its arguments.
  script(path.join(root, 'bin', 'npm'), `echo "$*" > ${path.join(root, 'npm-arguments')}`)
  launchWith({ npm_config_omit: 'optional', npm_config_global: 'true' })
  const asked = readFileSync(path.join(root, 'npm-arguments'), 'utf8')
  for (const option of ['--include=optional', '--include=prod', '--no-global']) assert.ok(asked.includes(option), asked)
})

test('a checkout that cannot be written is reported first, with what to do', () => {
  rmSync(path.join(root, 'node_modules', '.firedrill-lock'))
  rmSync(cache, { recursive: true, force: true })
  writeFileSync(cache, '')
  const { status, stderr } = spawnSync(path.join(root, 'firedrill'), {
    env: { PATH: `${path.dirname(first)}:/usr/bin:/bin`, FIREDRILL_CACHE: cache },
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.equal(stderr, `firedrill: ${cache} cannot be written: set FIREDRILL_CACHE to a folder that can be\n`)
})

test('a user who may not install npm is told who may, before anything is tried', () => {
  rmSync(path.join(root, 'node_modules', '.firedrill-lock'))
  // No npm on this PATH, and a user other than root.
  const bin = path.join(root, 'bin')
  for (const program of ['ls', 'cmp', 'mkdir', 'cat', 'tail', 'df', 'sh', 'apt-get', 'env'])
    symlinkSync(`/bin/${program}`, path.join(bin, program))
  script(path.join(bin, 'id'), 'echo 1000')
  const told = (): [number | null, string] => {
    const { status, stderr } = spawnSync(path.join(root, 'firedrill'), {
      env: { PATH: bin, FIREDRILL_CACHE: cache },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return [status, stderr]
  }
  assert.deepEqual(told(), [
    1,
    "firedrill: npm is missing, and only root may install it: have 'apt-get install npm' run as root, then run this again\n",
  ])
  // sudo needs a password, and nobody can enter it.
  script(path.join(bin, 'sudo'), 'exit 1')
  assert.deepEqual(told(), [1, "firedrill: npm is missing: run 'sudo apt-get install npm', then this again\n"])
})

test('a failure on a full disk says so', () => {
  rmSync(path.join(root, 'node_modules', '.firedrill-lock'))
  script(path.join(root, 'bin', 'npm'), 'exit 1')
  script(
    path.join(root, 'bin', 'df'),
    'echo "Filesystem 1024-blocks Used Available Capacity Mounted on"; echo "none 40960 38960 2000 96% /"',
  )
  const { status, stderr } = spawnSync(path.join(root, 'firedrill'), {
    env: { PATH: `${path.join(root, 'bin')}:/usr/bin:/bin`, FIREDRILL_CACHE: cache },
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(stderr, /'npm ci' failed: the disk of \S+cache has 2 MB left; make room, or set FIREDRILL_CACHE to a folder elsewhere\n$/)
})
