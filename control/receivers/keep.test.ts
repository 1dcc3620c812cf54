import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { renderAlertmanager } from '../../observability/alertmanager/config.ts'
import { timings } from '../../observability/timing.ts'
import { dropReceivers, keepReceivers, keptReceivers, layAsideRefused } from './keep.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'receivers-'))
after(() => rmSync(dir, { recursive: true }))
const file = path.join(dir, 'own.yml')
const kept = path.join(dir, 'receivers.yml')
const keep = (text: string | Buffer) => {
  writeFileSync(file, text)
  return keepReceivers(dir, file)
}
/** Alertmanager's configuration, without our parts. */
const rendered = (): string =>
  renderAlertmanager({ timing: timings.drill, pagerUrl: 'http://pager', pagerToken: 't', own: keptReceivers(dir) })
const slack = "pager: { slack_configs: [{ api_url: 'http://slack.example/x', channel: '#on-call' }] }\n"

const refused: Record<string, [string | Buffer, ...RegExp[]]> = {
  'mail without a server': [
    'ticket:\n  email_configs:\n    - to: team@example.org\n',
    /^3:7: ticket\.email_configs\.0: Alertmanager refuses it: no global SMTP smarthost set$/,
  ],
  'Slack without an address': [
    "pager:\n  slack_configs:\n    - channel: '#on-call'\n",
    /^3:7: pager\.slack_configs\.0: Alertmanager refuses it: no global Slack API URL/,
  ],
  'two addresses where one may be': [
    "global:\n  slack_api_url: http://slack.example/x\n  slack_api_url_file: /x\npager: { slack_configs: [{ channel: '#x' }] }\n",
    /^2:3: global\.slack_api_url: Alertmanager refuses it: at most one of/,
  ],
  'a key with a typo, and one that is not known': [
    "pager:\n  slack_configs:\n    - api_url: http://slack.example/x\n      chanel: '#x'\n  carrier_pigeon_configs: [{ to: x }]\n",
    /^4:7: pager\.slack_configs\.0\.chanel: Alertmanager \d\S+ does not know 'chanel' here/,
    /^5:3: pager\.carrier_pigeon_configs: Alertmanager \d\S+ does not know 'carrier_pigeon_configs' here/,
  ],
  'an address without a scheme': [
    'pager:\n  webhook_configs:\n    - send_resolved: true\n      url: hooks.example.org/page\n',
    /^4:7: pager\.webhook_configs\.0\.url: Alertmanager refuses it: unsupported scheme.*: write the address with http:\/\/ or https:\/\/$/,
  ],
  'one mistake in each of two receivers': [
    "pager:\n  webhook_configs: [{ url: x }]\nticket:\n  slack_configs:\n    - channel: '#x'\n",
    /^2:23: pager\.webhook_configs\.0\.url/,
    /^5:7: ticket\.slack_configs\.0: /,
  ],
  'a number in quotes where one is wanted': [
    "pager: { telegram_configs: [{ bot_token: 'x', chat_id: 'me' }] }\n",
    /^1:47: pager\.telegram_configs\.0\.chat_id: Alertmanager refuses it: cannot unmarshal !!str `me` into int64$/,
  ],
  'a whole alertmanager.yml': [
    "global: {}\nroute: { receiver: team }\nreceivers:\n  - name: team\n    slack_configs: [{ channel: '#x' }]\n",
    /^3:1: this belongs to a whole alertmanager\.yml.*under 'pager:', write the contents of the receiver \(team\) that is paged.*remove route, receivers$/,
  ],
  'several mistakes of shape': [
    'pagers: {}\npager:\n  slack: [{ a: 1 }]\n  webhook_configs: { url: x }\n',
    /^1:1: pagers: there is no 'pagers' here: did you mean 'pager'\?/,
    /^3:10: pager\.slack: 'slack' will not do as a key: write a kind of Alertmanager receiver, such as slack_configs$/,
    /^4:20: pager\.webhook_configs: is a mapping: write a list, with '- ' before each entry$/,
  ],
  'two merges in one mapping': [
    'x-a: &a { send_resolved: true }\npager:\n  webhook_configs:\n    - <<: *a\n      <<: *a\n      url: http://127.0.0.1:9/x\n',
    /^5:7: '<<' stands here a second time: write <<: \[\*one, \*other\]$/,
  ],
  'nobody to tell': ['global: { resolve_timeout: 5m }\n', /^1:1: nobody would be notified/],
  'an empty file': ['', /^1:1: the file is empty: write 'pager:' or 'ticket:'/],
  UTF16: [Buffer.from('\uFEFFpager: {}\n', 'utf16le'), /^1:1: this is UTF-16/],
}
for (const [what, [text, ...expected]] of Object.entries(refused)) {
  test(`${what}: refused at its line, and the previous receivers stay`, () => {
    keep(slack)
    const before = readFileSync(kept, 'utf8')
    assert.throws(
      () => keep(text),
      (error: Error & { code?: string }) => {
        const lines = error.message.split('\n').map((line) => line.replace(`${file}:`, ''))
        assert.equal(lines.length, expected.length, error.message)
        expected.forEach((message, index) => assert.match(lines[index] ?? '', message))
        return error.code === 'bad-request'
      },
    )
    assert.equal(readFileSync(kept, 'utf8'), before)
  })
}

test('numeric keys, and numbers in any notation, reach Alertmanager unchanged', () => {
  const values = [
    '12345678901234567890123456e78901',
    '12345678901234567890123456789012',
    '00000000000000000000000000000042',
    '4.20',
    '0x1F',
    '"007"',
    'null42',
    '1.23e+31',
    '.inf',
    '-.INF',
    '.nan',
    '.5',
    '1_000',
  ]
  keep(
    `pager:\n  pagerduty_configs:\n${values.map((value) => `    - routing_key: ${value}\n`).join('')}  telegram_configs:\n    - { bot_token: '1:x', chat_id: -1001234567890123456 }\n  webhook_configs: [{ url: http://127.0.0.1:9/x, send_resolved: no, max_alerts: 0x10 }]\n`,
  )
  const given = rendered()
  for (const value of values) assert.match(given, new RegExp(`routing_key: ${RegExp.escape(value.replaceAll('"', ''))}$`, 'm'))
  assert.match(given, /chat_id: -1001234567890123456$/m)
  assert.match(given, /send_resolved: no\n +max_alerts: 0x10$/m)
})

test('anchors, merge keys and template keys are accepted; none of them reaches Alertmanager', () => {
  keep(`x-slack: &common { api_url: http://slack.example/x, send_resolved: true }
pager:
  slack_configs: &both
    - { <<: *common, channel: '#on-call' }
    - <<: [*common, { username: drill }]
      channel: '#managers'
ticket: { slack_configs: *both }
`)
  const own = keptReceivers(dir)
  const first = { api_url: 'http://slack.example/x', send_resolved: true, channel: '#on-call' }
  assert.deepEqual(own.pager?.['slack_configs'], [first, { ...first, username: 'drill', channel: '#managers' }])
  assert.deepEqual(own.ticket, own.pager)
  assert.doesNotMatch(rendered(), /<<|[&*](common|both)|x-slack/)
})

test('files are relative to the file that names them, and nobody else can read the stored receivers', () => {
  writeFileSync(path.join(dir, 'ours.tmpl'), '{{ define "ours" }}x{{ end }}')
  keep(
    "templates: [ours.tmpl]\npager: { slack_configs: [{ api_url_file: secret/url, channel: '#x', title: '{{ template \"ours\" . }}' }] }\n",
  )
  assert.deepEqual(keptReceivers(dir).templates, [path.join(dir, 'ours.tmpl')])
  assert.equal(keptReceivers(dir).pager?.['slack_configs']?.[0]?.['api_url_file'], path.join(dir, 'secret', 'url'))
  assert.equal(statSync(kept).mode & 0o777, 0o600)
})

test('a change can be reverted', () => {
  rmSync(kept)
  keep(slack).undo()
  assert.equal(existsSync(kept), false)
  keep(slack)
  keep(slack.replace('on-call', 'others')).undo()
  assert.match(readFileSync(kept, 'utf8'), /on-call/)
})

test('stored receivers that become invalid are disabled, and that is reported', () => {
  writeFileSync(kept, "pager:\n  slack_configs:\n    - channel: '#x'\n")
  assert.match(
    layAsideRefused(dir) ?? '',
    /set aside as .*receivers\.yml\.refused[^]*:3:7: pager\.slack_configs\.0: Alertmanager refuses it/,
  )
  assert.equal(existsSync(kept), false)
  assert.equal(layAsideRefused(dir), null)
  keep(slack)
  assert.equal(layAsideRefused(dir), null)
})

test('a file that cannot be read is reported, and the previous receivers stay', () => {
  keep(slack)
  const missing = path.join(dir, 'missing.yml')
  assert.throws(() => keepReceivers(dir, missing), { code: 'bad-request', message: `${missing} cannot be read` })
  assert.match(readFileSync(kept, 'utf8'), /on-call/)
})

test('when receivers are dropped nothing is stored, and that can be reverted', () => {
  keep(slack)
  const before = keptReceivers(dir)
  const dropped = dropReceivers(dir)
  assert.deepEqual(keptReceivers(dir), {})
  dropped.undo()
  assert.deepEqual(keptReceivers(dir), before)
  rmSync(kept)
  dropReceivers(dir).undo()
  assert.equal(existsSync(kept), false)
})

test('a failure that is not the author’s mistake does not disable the receivers', () => {
  rmSync(kept, { force: true })
  mkdirSync(kept)
  assert.throws(() => layAsideRefused(dir), { code: 'EISDIR' })
  assert.ok(existsSync(kept))
  rmSync(kept, { recursive: true })
})

test('a check without a verdict does not disable receivers', (context) => {
  keep(slack)
  const folder = mkdtempSync(path.join(dir, 'amtool-'))
  writeFileSync(path.join(folder, 'amtool'), '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 })
  const before = process.env['PATH']
  context.after(() => (process.env['PATH'] = before))
  process.env['PATH'] = `${folder}:${before}`
  assert.throws(() => layAsideRefused(dir), { code: 'component-failed' })
  assert.ok(existsSync(kept))
})
