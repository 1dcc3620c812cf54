import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { renderAlertmanager, type OwnReceivers } from '../../observability/alertmanager/config.ts'
import { timings } from '../../observability/timing.ts'
import { refusalsOf } from './check.ts'
import { pathInFile } from './read.ts'

const render = (own: OwnReceivers): string =>
  renderAlertmanager({ timing: timings.drill, pagerUrl: 'http://127.0.0.1/pager', pagerToken: 't', own })
const refused = (own: OwnReceivers, inFile = (at: PropertyKey[]) => pathInFile(at, ['pager', 'ticket'])) =>
  refusalsOf(own, render, inFile).map(({ path: at, reason }) => [at.join('.'), reason])
const url = 'http://hooks.example.org/x'

test('valid receivers are accepted', () => {
  assert.deepEqual(refused({ pager: { webhook_configs: [{ url }] }, ticket: { webhook_configs: [{ url }, { url }] } }), [])
})

test('each invalid receiver is reported with the field concerned, and valid ones are not', () => {
  const told = refused({
    pager: { webhook_configs: [{ url }, { send_resolved: true, url: 'hooks.example.org' }], slack_configs: [{ channel: '#x' }] },
    ticket: { email_configs: [{ to: 'team@example.org' }] },
  })
  assert.deepEqual(
    told.map(([at]) => at),
    ['pager.webhook_configs.1.url', 'pager.slack_configs.0', 'ticket.email_configs.0'],
  )
  assert.match(told[0]?.[1] ?? '', /^Alertmanager refuses it: unsupported scheme .*: write the address with http:\/\/ or https:\/\/$/)
  assert.match(told[1]?.[1] ?? '', /^Alertmanager refuses it: no global Slack API URL set/)
})

test('a mistake that affects all receivers is reported once, and other mistakes are reported as well', () => {
  const told = refused({
    global: { slack_api_url: url, slack_api_url_file: '/x', resolve_timeout: '5m' },
    pager: { slack_configs: [{ channel: '#x' }] },
    ticket: { webhook_configs: [{ url: 'x' }] },
  })
  assert.deepEqual(
    told.map(([at]) => at),
    ['global.slack_api_url', 'ticket.webhook_configs.0.url'],
  )
})

test('a key that Alertmanager does not know is reported where it is in the file; one of ours has no place in it', () => {
  const own = { pager: { webhook_configs: [{ url }, { url, chanel: '#x' }] } }
  const [unknown] = refused(own)
  assert.equal(unknown?.[0], 'pager.webhook_configs.1.chanel')
  assert.match(unknown?.[1] ?? '', /^Alertmanager \d+\.\d+\S* does not know 'chanel' here: check the spelling/)
  assert.equal(refused(own, () => null)[0]?.[0], '')
})

/** With another program as Alertmanager's check, or none. */
function withAmtool(context: TestContext, script: string): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'amtool-'))
  writeFileSync(path.join(folder, 'amtool'), `#!/bin/sh\n${script}\n`)
  chmodSync(path.join(folder, 'amtool'), 0o755)
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before}`
  context.after(() => {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true })
  })
}
const any = { pager: { webhook_configs: [{ url }] } }

test('a check without a verdict is an error, and accepts nothing', (context) => {
  withAmtool(context, 'kill -9 $$')
  assert.throws(() => refused(any), { code: 'component-failed', message: /amtool gave no answer within 10 s$/ })
})

test('a reason in an unknown form is reported unchanged, for the whole file', (context) => {
  withAmtool(
    context,
    'test "$1" = check-config && grep -q hooks.example.org "$2" && grep -q /ticket "$2" && { echo odd >&2; exit 1; }; exit 0',
  )
  const told = refused({ pager: { webhook_configs: [{ url }] } })
  assert.deepEqual(told, [['pager.webhook_configs.0.url', 'Alertmanager refuses it: odd']])
})

test('the check of a long file is limited: mistakes beyond that are not reported', (context) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'amtool-log-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const log = path.join(folder, 'log')
  withAmtool(context, `echo x >> ${log}; echo 'FAILED: odd'; exit 1`)
  const told = refused({ pager: { webhook_configs: Array.from({ length: 100 }, () => ({ url, send_resolved: true })) } })
  assert.equal(readFileSync(log, 'utf8').length, 2 * 60)
  assert.deepEqual(told[0], ['global', 'Alertmanager refuses it: odd'])
  assert.ok(told.length < 60, String(told.length))
})
