import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { FiredrillError } from '../../model/errors.ts'
import { holdsFor, mutated } from '../../test/fuzz.ts'
import { keepReceivers, keptReceivers } from './keep.ts'
import { renderAlertmanager } from '../../observability/alertmanager/config.ts'
import { timings } from '../../observability/timing.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'receivers-'))
after(() => rmSync(dir, { recursive: true }))
const file = path.join(dir, 'own.yml')
const texts = [
  "x-common: &common { api_url: http://slack.example/x, send_resolved: true }\npager:\n  slack_configs:\n    - { <<: *common, channel: '#on-call' }\nticket: { webhook_configs: [{ url: http://hook.example, max_alerts: 3 }] }\n",
  'global:\n  smtp_smarthost: mail.example:25\n  smtp_from: drill@example.org\npager:\n  pagerduty_configs:\n    - routing_key: 12345678901234567890123456e78901\nticket:\n  email_configs:\n    - to: team@example.org\n      headers: { Subject: 0042 }\n',
]

test('receivers with random changes are refused with lines, or Alertmanager accepts the result', (context) =>
  holdsFor(context, [mutated(texts)], (text) => {
    writeFileSync(file, text)
    try {
      keepReceivers(dir, file)
    } catch (error) {
      if (!(error instanceof FiredrillError) || error.code !== 'bad-request') throw error
      for (const line of error.message.split('\n')) assert.match(line, /own\.yml:\d+:\d+: \S/)
      return
    }
    // As at the next start, from the stored receivers.
    const made = path.join(dir, 'alertmanager.yml')
    writeFileSync(made, renderAlertmanager({ timing: timings.drill, pagerUrl: 'http://pager', pagerToken: 't', own: keptReceivers(dir) }))
    execFileSync('amtool', ['check-config', made], { stdio: ['ignore', 'pipe', 'pipe'] })
  }))
