import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServedBench } from './replay/served-bench.ts'

test('a debrief is one file to share: complete without Prometheus, without scripts, and with all user text escaped', async () => {
  await using served = new ServedBench()
  const drill = await served.bench.start()
  const evil = '<img src=x onerror=alert(1)> & "quoted"'
  await served.ask('trainee', 'POST', `/api/drills/${drill}/notes`, {
    text: evil,
    pin: { kind: 'log', title: evil, href: '/logs', facts: [evil] },
  })
  assert.equal(
    (await served.ask('trainee', 'GET', `/api/drills/${drill}/debrief.html`)).status,
    409,
    'before the end it would tell the answer',
  )
  await served.bench.engine.finish()
  const { status, text } = await served.ask('trainee', 'GET', `/api/drills/${drill}/debrief.html`)
  assert.equal(status, 200)
  assert.match(text, /^<!doctype html>/)
  assert.match(text, /<li class="bad">The cause was not named\.<\/li>/)
  assert.match(text, /It was <b>inventory<\/b>, release/)
  assert.equal(text.split('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quoted&quot;').length - 1, 4, 'note, title, fact and timeline')
  assert.ok(!/<(script|img|link|iframe)|\bon\w+="|https?:\/\//i.test(text.replaceAll('http://www.w3.org/2000/svg', '')))
})
