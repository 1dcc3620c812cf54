import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonEnvironment } from './setup.ts'

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
