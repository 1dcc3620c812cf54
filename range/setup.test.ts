import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { aptInstall, pythonEnvironment, whyAptFailed } from './setup.ts'

const bin = mkdtempSync(path.join(tmpdir(), 'firedrill-apt-'))
after(() => rmSync(bin, { recursive: true, force: true }))

/** A stand-in for apt-get: fails as on a host whose disk had filled up, until it is asked to repair that. */
async function calls(left: 'unmet' | 'broken'): Promise<string[]> {
  const log = path.join(bin, 'log')
  writeFileSync(log, '')
  const program = (name: string, script: string) => writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const told = {
    unmet: "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).",
    broken: 'E: Unable to locate package redis-server',
  }[left]
  program(
    'apt-get',
    `while [ "$1" = -o ]; do shift 2; done; echo "$@" >>${log}; [ "$1" = update ] && exit; case " $* " in *' --fix-broken '*) touch ${bin}/repaired ;; esac; [ -e ${bin}/repaired ] && exit; echo "${told}" >&2; exit 100`,
  )
  rmSync(path.join(bin, 'repaired'), { force: true })
  const { PATH } = process.env
  process.env['PATH'] = `${bin}:${PATH}`
  try {
    await aptInstall([], ['redis-server'], () => {})
  } finally {
    process.env['PATH'] = PATH
  }
  return readFileSync(log, 'utf8').trim().split('\n')
}

const install = 'install -y --no-install-recommends'

test('a half-finished installation is completed before the rest is installed, and nothing is removed for it', async () => {
  assert.deepEqual(await calls('unmet'), [
    'update',
    `${install} redis-server`,
    `${install} --fix-broken --no-remove`,
    `${install} redis-server`,
  ])
})

test('any other failure of apt is reported, and nothing is repaired', async () => {
  await assert.rejects(calls('broken'), /^FiredrillError: apt could not install redis-server: Unable to locate package redis-server\n/)
  assert.deepEqual(readFileSync(path.join(bin, 'log'), 'utf8').trim().split('\n'), ['update', `${install} redis-server`])
})

test('a Python environment of its own: settings that would redirect pip are left out, the package index is not', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/home/x',
    PIP_INDEX_URL: 'https://mirror.example/simple',
    PIP_CERT: '/ca.pem',
    HTTPS_PROXY: 'http://proxy:3128',
    PIP_NO_CACHE_DIR: '1',
  }
  const left = {
    PIP_USER: '1',
    PIP_TARGET: '/x',
    PIP_PREFIX: '/x',
    PYTHONHOME: '/x',
    PYTHONPATH: '/x',
    VIRTUAL_ENV: '/x',
    PIP_REQUIRE_VIRTUALENV: '1',
  }
  assert.deepEqual(pythonEnvironment({ ...kept, ...left }), kept)
})

test('the reason why apt failed comes first', () => {
  const noRoom = [
    "'apt-get install redis-server' failed (100):",
    'Need to get 10.6 MB of archives.',
    "E: You don't have enough free space in /var/cache/apt/archives/.",
  ]
  assert.equal(
    whyAptFailed(['redis-server'], noRoom.join('\n')).split('\n')[0],
    "apt could not install redis-server: You don't have enough free space in /var/cache/apt/archives/.",
  )
  const fullMeanwhile = [
    "'apt-get install prometheus' failed (100):",
    " cannot copy extracted data for './usr/bin/prometheus' to '/usr/bin/prometheus.dpkg-new': failed to write (No space left on device)",
    'E: Sub-process /usr/bin/dpkg returned an error code (1)',
  ]
  assert.match(
    whyAptFailed(['prometheus'], fullMeanwhile.join('\n')).split('\n')[0] ?? '',
    /^apt could not install prometheus: cannot copy extracted data .*No space left on device\)$/,
  )
})
