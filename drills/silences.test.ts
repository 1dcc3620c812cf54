import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openLocalRange } from '../control/wiring.ts'
import { portOffsets } from '../range/context.ts'
import { RangeState } from '../range/targets/local/state.ts'
import type { SilenceMatcher } from '../model/silence.ts'
import { until } from '../model/until.ts'
import { freePort } from '../test/free-port.ts'
import { muteRefusal, silences, watchdogLabels as alert } from './silences.ts'

const matcher = (name: string, operator: '=' | '!=' | '=~' | '!~', value: string): SilenceMatcher => ({
  name,
  value,
  isRegex: operator.endsWith('~'),
  isEqual: !operator.startsWith('!'),
})

const table: [SilenceMatcher, boolean | 'unsure'][] = [
  [matcher('alertname', '=', 'Watchdog'), true],
  [matcher('alertname', '=', 'Watch'), false],
  [matcher('alertname', '!=', 'Watch'), true],
  [matcher('alertname', '!=', 'Watchdog'), false],
  [matcher('alertname', '=~', '.+'), true],
  [matcher('alertname', '=~', 'Watch'), false],
  [matcher('alertname', '=~', 'Foo|Watch.*'), true],
  [matcher('alertname', '!~', 'Watch.*'), false],
  [matcher('alertname', '!~', 'Watch'), true],
  // A missing label is empty.
  [matcher('service', '=', ''), true],
  [matcher('service', '!=', ''), false],
  [matcher('service', '!=', 'catalog'), true],
  [matcher('service', '=~', '.*'), true],
  [matcher('service', '=~', '.+'), false],
  [matcher('constructor', '=', ''), true],
  [matcher('constructor', '=~', '.+'), false],
  // Only in Go's syntax.
  [matcher('alertname', '=~', '(?i)watchdog'), true],
  [matcher('alertname', '=~', String.raw`\AWatchdog\z`), true],
  [matcher('alertname', '=~', String.raw`\QWatchdog\E`), true],
  [matcher('alertname', '=~', '[[:alpha:]]+'), true],
  [matcher('alertname', '=~', String.raw`\pL+`), true],
  [matcher('alertname', '=~', '(?i)watch'), false],
  [matcher('alertname', '=~', '(?=Watch).*'), 'unsure'],
  [matcher('alertname', '=~', '('), 'unsure'],
]

test('a matcher is evaluated correctly', () => {
  for (const [given, expected] of table) assert.equal(silences([given], alert), expected, JSON.stringify(given))
})

test('Alertmanager evaluates every matcher in the same way', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-silences-'))
  const portBase = await freePortBase()
  new RangeState(dir).configure({ portBase })
  const target = openLocalRange(dir)
  try {
    await target.start('alertmanager')
    const api = `http://127.0.0.1:${target.context.port('alertmanager')}/alertmanager/api/v2/alerts`
    const headers = { 'content-type': 'application/json' }
    await fetch(api, { method: 'POST', headers, body: JSON.stringify([{ labels: alert }]) })
    const matched = async (matcher: SilenceMatcher) => {
      const operator = matcher.isRegex ? (matcher.isEqual ? '=~' : '!~') : matcher.isEqual ? '=' : '!='
      const filter = new URLSearchParams({ filter: `${matcher.name}${operator}${JSON.stringify(matcher.value)}` })
      return ((await (await fetch(`${api}?${filter}`)).json()) as unknown[]).length > 0
    }
    await until('Alertmanager to have the alert', 10_000, () =>
      matched({ name: 'alertname', value: 'Watchdog', isRegex: false, isEqual: true }),
    )
    for (const [given, expected] of table) if (expected !== 'unsure') assert.equal(await matched(given), expected, JSON.stringify(given))
  } finally {
    await target.stop('alertmanager')
    rmSync(dir, { recursive: true, force: true })
  }
})

test('all matchers must hold', () => {
  assert.equal(silences([matcher('alertname', '=~', '.+'), matcher('severity', '!=', 'none')], alert), false)
  assert.equal(silences([matcher('alertname', '=~', '(?i).+'), matcher('severity', '=', 'page')], alert), false)
})

test('a silence that would mute the Watchdog is refused, with what to write instead', () => {
  assert.match(String(muteRefusal([matcher('alertname', '=~', '.+')])), /alertname=~"\.\+" would silence the Watchdog .*severity!="none"/)
  assert.match(String(muteRefusal([matcher('alertname', '=~', '(?i).+')])), /would silence the Watchdog/)
  assert.match(String(muteRefusal([matcher('alertname', '=~', '(?=W).+')])), /not valid/)
  assert.equal(muteRefusal([matcher('alertname', '=~', '.+'), matcher('severity', '!=', 'none')]), null)
  assert.equal(muteRefusal([matcher('alertname', '=', 'BrowseErrorBudgetBurn')]), null)
})

test('an expression that takes a backtracking engine forever is evaluated immediately', () => {
  for (const expression of [`${'.*'.repeat(100)}x`, '(.+)+x', '(((W|a)+)+)+!'])
    assert.equal(silences([matcher('alertname', '=~', expression)], { alertname: 'W'.repeat(200) }), false, expression)
})

const freePortBase = async (): Promise<number> => (await freePort()) - portOffsets.alertmanager
