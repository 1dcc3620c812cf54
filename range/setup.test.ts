import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonEnvironment, whyAptFailed } from './setup.ts'

test('an environment of its own: what would lead pip elsewhere is left out, where packages come from is not', () => {
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

test('why apt failed is told first', () => {
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
