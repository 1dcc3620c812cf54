import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sunday } from '../test/sunday.ts'

const evil = '<img src=x onerror=alert(1)> & "quoted"'
const safe = '&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quoted&quot;'

const sectionOf = (html: string, title: string): string => {
  const from = html.indexOf(`<h2>${title}`)
  assert.ok(from >= 0, title)
  const next = html.indexOf('<h2>', from + 1)
  return html.slice(from, next < 0 ? undefined : next)
}

test('the debrief of a shift is one file to share: each incident, the order, the noise and the note, with all user text escaped', async () => {
  await using sunday = await new Sunday().start({ trainee: evil })
  const html = (what = 'debrief.html') => sunday.served.ask('trainee', 'GET', `/api/drills/${sunday.drill}/${what}`)
  await sunday.break('browsing', 'prices')
  await sunday.ok('trainee', 'acknowledge')
  await sunday.ok('trainee', 'cause', { component: 'catalog', category: 'database', sentence: evil, incident: 1 })
  assert.equal((await html()).status, 409, 'before the end it would tell the answers')
  await sunday.mend('prices')
  await sunday.ok('trainee', 'notes', { text: evil, pin: { kind: 'log', title: evil, href: '/logs', facts: [evil] } })
  const note = { broken: evil, hurt: 'All.', since: '13:05', tried: 'The cache was flushed.', doing: 'Looking.', next: 'Roll back.' }
  await sunday.ok('trainee', 'handovers', note)
  await sunday.ok('trainee', 'finish')
  const { status, text } = await html()
  assert.equal(status, 200)
  assert.match(text, /^<!doctype html>/)
  assert.match(text, /<h1>Debrief: A quiet Sunday<\/h1>/)
  assert.match(text, /<span class="score">\d+<\/span> of 100: incidents \d+ of 80, triage 0 of 15, handing over 5 of 5/)
  assert.match(sectionOf(text, 'Incidents'), /Incident 1: Slow shelves.*not resolved.*Incident 2: Two truths.*resolved/s)
  assert.match(sectionOf(text, 'Triage'), /<li class="bad">.*&#39;Two truths&#39; was mitigated first/)
  assert.match(sectionOf(text, 'Noise'), /The payment provider moved to another data centre.*<td>none<\/td>/s)
  assert.ok(sectionOf(text, 'Handing over').includes(safe))
  const first = sectionOf(text, 'Incident 1: Slow shelves')
  assert.match(first, /Urgency: now\.<\/b> Everybody who browses waits/)
  assert.match(first, /It was <b>inventory<\/b>, release/)
  assert.match(first, /<li class="bad">The cause was not named\.<\/li>/)
  assert.match(sectionOf(text, 'Timeline'), /Incident 1: Suspected catalog, database: wrong/)
  assert.ok(!text.includes(evil))
  assert.ok(!/<(script|img|link|iframe)|\bon\w+="|https?:\/\//i.test(text.replaceAll('http://www.w3.org/2000/svg', '')))
})

test('a shift has a postmortem for each incident, with the messages while it was open', async () => {
  await using sunday = await new Sunday().start()
  await sunday.break('browsing')
  await sunday.ok('trainee', 'acknowledge')
  await sunday.ok('trainee', 'cause', { component: 'inventory', category: 'release' })
  await sunday.ok('trainee', 'notes', { text: 'only while browsing is slow' })
  await sunday.mend('browsing')
  await sunday.skip()
  await sunday.skip()
  sunday.broken.add('prices')
  await sunday.pass(8)
  sunday.alert('PricesOutdated', 'firing')
  await sunday.pass(2)
  await sunday.ok('trainee', 'notes', { text: 'only while prices are wrong' })
  await sunday.ok('trainee', 'finish')
  const { status, text } = await sunday.served.ask('trainee', 'GET', `/api/drills/${sunday.drill}/postmortem.md`)
  assert.equal(status, 200)
  const [browsing = '', prices = '', ...others] = text.split('\n---\n')
  assert.deepEqual(others, [])
  assert.match(browsing, /^# Postmortem: Slow shelves/)
  assert.match(prices, /^\n# Postmortem: Two truths/)
  assert.deepEqual([/only while browsing is slow/.test(browsing), /only while prices are wrong/.test(browsing)], [true, false])
  assert.deepEqual([/only while browsing is slow/.test(prices), /only while prices are wrong/.test(prices)], [false, true])
  assert.match(browsing, /Suspected inventory, release: right/)
})

test('a shift in which no incident began has a debrief and a postmortem that say so', async () => {
  await using sunday = await new Sunday().start()
  await sunday.ok('trainee', 'finish')
  const read = async (what: string) => (await sunday.served.ask('trainee', 'GET', `/api/drills/${sunday.drill}/${what}`)).text
  assert.match(
    await read('debrief.html'),
    /No incident began in this shift\.<\/p><p class="quiet">The shift was over before they began: Slow shelves and Two truths\. Since it was ended early, each counts as zero\./,
  )
  assert.equal(await read('postmortem.md'), 'No incident began in this shift.\n')
})
