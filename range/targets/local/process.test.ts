import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanEnvironment } from './process.ts'

test('a process of a range inherits nothing from the user who starts it, and has UTC and UTF-8', () => {
  const own = {
    PATH: '/bin',
    HOME: '/home/x',
    LANG: 'C',
    LC_ALL: 'de_DE.ISO-8859-1',
    TZ: 'America/St_Johns',
    HTTP_PROXY: 'http://proxy:3128',
    NODE_OPTIONS: '--inspect',
    NODE_USE_ENV_PROXY: '1',
    PYTHONPATH: '/x',
  }
  assert.deepEqual(cleanEnvironment(own), { PATH: '/bin', HOME: '/home/x', LANG: 'C.UTF-8', TZ: 'UTC' })
  const { HOME: _, ...homeless } = own
  assert.equal('HOME' in cleanEnvironment(homeless), false)
})
