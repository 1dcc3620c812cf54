import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SilenceMatcher } from '../model/silence.ts'
import { muteRefusal, silences, watchdogLabels as alert } from './silences.ts'

const matcher = (name: string, operator: '=' | '!=' | '=~' | '!~', value: string): SilenceMatcher => ({
  name,
  value,
  isRegex: operator.endsWith('~'),
  isEqual: !operator.startsWith('!'),
})

test('a matcher holds as it does in Alertmanager', () => {
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
    // A label that there is not is empty.
    [matcher('service', '=', ''), true],
    [matcher('service', '!=', ''), false],
    [matcher('service', '!=', 'catalog'), true],
    [matcher('service', '=~', '.*'), true],
    [matcher('service', '=~', '.+'), false],
    // Only in Go's syntax: nobody here can tell.
    [matcher('alertname', '=~', '(?i)watchdog'), 'unsure'],
    [matcher('alertname', '=~', String.raw`\AWatchdog\z`), 'unsure'],
    [matcher('alertname', '=~', String.raw`\QWatchdog\E`), 'unsure'],
    [matcher('alertname', '=~', '[[:alpha:]]+'), 'unsure'],
    [matcher('alertname', '=~', String.raw`\pL+`), 'unsure'],
  ]
  for (const [given, expected] of table) assert.equal(silences([given], alert), expected, JSON.stringify(given))
})

test('all matchers must hold', () => {
  assert.equal(silences([matcher('alertname', '=~', '.+'), matcher('severity', '!=', 'none')], alert), false)
  assert.equal(silences([matcher('alertname', '=~', '(?i).+'), matcher('severity', '=', 'page')], alert), false)
})

test('what would mute the Watchdog is refused, with what to write instead', () => {
  assert.match(String(muteRefusal([matcher('alertname', '=~', '.+')])), /alertname=~"\.\+" would silence the Watchdog .*severity!="none"/)
  assert.match(String(muteRefusal([matcher('alertname', '=~', '(?i).+')])), /cannot be told/)
  assert.equal(muteRefusal([matcher('alertname', '=~', '.+'), matcher('severity', '!=', 'none')]), null)
  assert.equal(muteRefusal([matcher('alertname', '=', 'BrowseErrorBudgetBurn')]), null)
})

test('an expression that takes for ever is told to be so, and holds nothing up', () => {
  const startedAt = performance.now()
  const verdict = silences([matcher('alertname', '=~', `${'.*'.repeat(100)}x`)], alert)
  assert.equal(verdict, 'unsure')
  assert.ok(performance.now() - startedAt < 1_000, 'it stops')
})
