import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { APICallError, InvalidResponseDataError } from 'ai'
import { breaksOff, reasonFor, retryAfterMs } from './agent/reasons.ts'
import { coachConfig, readCoachConfig, writeCoachConfig, type CoachConfig } from './config.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-coach-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const file = path.join(dir, 'coach.json')
const config: CoachConfig = { provider: 'openai-compatible', url: 'http://127.0.0.1:11434/v1', model: 'small', tools: true }

test('the choice of a model is readable by its owner only, and removed when there is none', () => {
  assert.equal(readCoachConfig(dir), null)
  writeCoachConfig(dir, config)
  assert.deepEqual(readCoachConfig(dir), config)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  chmodSync(file, 0o644)
  writeCoachConfig(dir, { provider: 'anthropic', model: 'm', apiKey: 'k', tools: false })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  writeCoachConfig(dir, null)
  assert.equal(existsSync(file), false)
  assert.doesNotThrow(() => writeCoachConfig(dir, null))
})

test('an invalid file is reported, with what to do about it', () => {
  for (const text of ['{', '{}', '{"provider":"other"}', '[]', 'null']) {
    writeFileSync(file, text)
    assert.throws(
      () => readCoachConfig(dir),
      { code: 'bad-request', message: /coach\.json: .*: set it again with 'firedrill coach use'$/s },
      text,
    )
  }
})

test('a config is for one provider, with its settings', () => {
  const takes = (given: object) => coachConfig.safeParse(given).success
  const { url: _url, ...withoutUrl } = config
  const table: [object, boolean][] = [
    [config, true],
    [withoutUrl, false],
    [{ ...config, model: '' }, false],
    [{ ...config, url: 'ftp://x' }, false],
    [{ ...config, url: 'x' }, false],
    [{ ...config, key: 'x' }, false],
    [{ provider: 'anthropic', model: 'm' }, false],
    [{ provider: 'anthropic', model: 'm', apiKey: '' }, false],
    [{ provider: 'anthropic', model: 'm', apiKey: 'k', url: 'https://x.example' }, true],
    [{ provider: 'local', library: 'l', file: 'f' }, true],
    [{ provider: 'local', file: 'f' }, false],
  ]
  for (const [given, expected] of table) assert.equal(takes(given), expected, JSON.stringify(given))
  const { tools: _tools, ...withoutTools } = config
  assert.deepEqual(coachConfig.parse(withoutTools), config, 'tools are used unless it is said')
})

const failed = (statusCode: number | undefined, message = 'no', headers: Record<string, string> = {}) =>
  new APICallError({
    message,
    url: 'http://x',
    requestBodyValues: {},
    ...(statusCode === undefined ? {} : { statusCode }),
    responseHeaders: headers,
  })

test('a server may ask for a pause of up to an hour', () => {
  const now = Date.parse('2026-01-01T12:00:00Z')
  const table: [unknown, number | null][] = [
    [failed(429, '', { 'retry-after': '20' }), 20_000],
    [failed(503, '', { 'retry-after': '0.5' }), 500],
    [failed(529, '', { 'retry-after': '90000' }), 3_600_000],
    [failed(429, '', { 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }), 30_000],
    [failed(429, '', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }), 0],
    [failed(429, '', { 'retry-after': 'soon' }), null],
    [failed(429), null],
    [failed(500, '', { 'retry-after': '20' }), null],
    [failed(undefined, '', { 'retry-after': '20' }), null],
    [new Error('429'), null],
  ]
  for (const [error, expected] of table) assert.equal(retryAfterMs(error, now), expected, JSON.stringify(error))
})

test('why a model gave no answer is reported in one line, with what to do if that is known', () => {
  assert.equal(reasonFor(failed(500, 'out\n of  memory')), 'HTTP 500: out of memory')
  assert.equal(reasonFor(failed(undefined, 'no route')), 'no route')
  assert.equal(reasonFor(failed(429, 'slow down', { 'retry-after': '1.2' })), 'HTTP 429: slow down (asks to wait for 2 s)')
  assert.equal(reasonFor(failed(400, 'this model takes no tools')), 'HTTP 400: this model takes no tools (set the model with --no-tools)')
  assert.equal(reasonFor(failed(500, 'this model takes no tools')), 'HTTP 500: this model takes no tools')
  assert.equal(reasonFor(new Error('x'.repeat(400))).length, 301)
  const cut = new InvalidResponseDataError({ data: undefined, message: 'cut' })
  assert.deepEqual([breaksOff(cut), reasonFor(cut)], [true, 'the answer breaks off: the connection ended in the middle of it'])
  const odd = new InvalidResponseDataError({ data: { a: 1 }, message: 'odd' })
  assert.deepEqual([breaksOff(odd), reasonFor(odd)], [false, 'its server sent what cannot be read: odd: {"a":1}'])
})
