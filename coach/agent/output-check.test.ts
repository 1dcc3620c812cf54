import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFaithful, longestReply, refusal, type OutputRules } from './output-check.ts'

const rules: OutputRules = {
  secrets: [
    'Open the trace of a slow GET /api/products and read its waterfall. Nearly all of the time is in inventory; click one of its spans.',
    'Run the action "Roll back a service" with the service inventory.',
  ],
  known: ['You know what users feel. Look at where their requests spend their time.', 'Browsing is slow for users'],
  before: [],
  guessing: false,
}
const check = (text: string, more: Partial<OutputRules> = {}) => refusal(text, { ...rules, ...more })

describe('texts that may go out', () => {
  for (const text of [
    'You know what users feel by now. So where do their requests spend the time?',
    'Good that you are on it. What is it that users feel, and since when?',
    'Well done: you were quick to say that you are on it. What would you look at next?',
    'Take a breath. You have time, and you have seen more than you think. What was different an hour ago?',
    'Sorry, I cannot tell you that. But what do those requests that are slow have in common?',
  ])
    test(text, () => assert.equal(check(text), null))

  test('a similar word does not count as the name of a component', () => {
    const known = ['The shop says: payment was not possible.']
    assert.equal(check('What did the payment say?', { known }), null)
    for (const text of ['Is it not payments?', 'Read it from its end and you will see: stnemyap.'])
      assert.equal(check(text, { known }), 'a name that the drill has not mentioned: payments', text)
    assert.equal(check('What of payments?', { known: ['looked at the dashboard of payments'] }), null)
  })

  test('a name that the drill has mentioned', () => {
    assert.equal(
      check('So it is in inventory that you look. What do you see there?', { known: ['looked at the dashboard of inventory'] }),
      null,
    )
  })
})

describe('texts that may not go out', () => {
  const refused: Record<string, string> = {
    'a name': 'I would look at inventory if I were you.',
    'another word for it': 'I would ask the service that knows what is in stock.',
    'a remedy': 'You could roll back what was put there last, and see.',
    'a cause': 'There was a deploy just before it began, was there not?',
    'spelled out': 'It is the one that you would write as i n v e n t o r y if you had the time.',
    reversed: 'Read this from the end and you will know it: yrotnevni.',
    'shifted by 13': 'You will know what to do with this one: vairagbel.',
    'in base64': `You will know what to do with this one: ${Buffer.from('inventory').toString('base64')}`,
    'in hex': `You will know what to do with this: ${Buffer.from('inventory').toString('hex')}`,
    'with digits': 'I would look at 1nv3nt0ry if I were you, and then you will see.',
    'in pieces': 'What you want is in vent ory, and you will see it there.',
    'by first letters': 'I need variety every now, then only rarely yours.',
    'in German': 'Schau dir doch einmal den Dienst an, der die Lagerbestände kennt.',
    'in Greek letters': 'Look at the service of the ιnventory.',
    'a link': 'You can read all of it at https://example.com if you like.',
    markup: 'You can <b>see</b> it if you look at it.',
    nothing: '   ',
    'too much': 'You can see it if you look at it. '.repeat(30),
    'a hint that was not given':
      'So open a slow trace of products, read the waterfall, and you see nearly all the time in one of its spans.',
  }
  for (const [what, text] of Object.entries(refused)) test(what, () => assert.notEqual(check(text), null))

  test('a guess confirmed, or denied', () => {
    for (const text of ['Yes, that is what it is.', 'No, look at it once more.', 'Exactly! You have it now.']) {
      assert.match(check(text, { guessing: true }) ?? '', /guess/)
      assert.equal(check(text), null, 'where nothing is guessed it may be said')
    }
  })

  test('a name in pieces over several answers', () => {
    assert.match(check('ory is what you have to look at now', { before: ['it is in', 'vent'] }) ?? '', /name/)
  })

  test('a repetition', () => {
    const text = 'Good that you are on it. What is it that users feel, and since when?'
    assert.equal(check(text, { before: [text] }), 'said before')
  })

  test('whether a text is refused does not depend on the answer', () => {
    for (const name of ['gateway', 'catalog', 'payments', 'redis', 'rabbitmq', 'postgres', 'orders'])
      assert.match(check(`I would look at ${name} if I were you.`) ?? '', /name/)
  })

  test('without the check it would go out', () => {
    assert.equal(check('I would look at inventory if I were you.', { over: true }), null)
  })
})

describe('each rule has its limit', () => {
  /** Nothing is secret, and nothing known, unless given. */
  const held = (text: string, more: Partial<OutputRules> = {}) => refusal(text, { ...rules, secrets: [], known: [], ...more })
  const named = (word: string) => `a name that the drill has not mentioned: ${word}`
  const table: [text: string, why: string | null, more?: Partial<OutputRules>][] = [
    [' ', 'empty'],
    ['You can <b>see</b> it if you look at it.', 'a link or markup'],
    ['You can see that it is < 3 s now.', null],
    ['You can see it in the ιnventory of this.', 'a script that cannot be checked'],
    ['You can\u00AD see it if you look at it.', 'invisible characters'],
    [`You can see it if you look at the ${'x'.repeat(24)} of it.`, null],
    [`You can see it if you look at the ${'x'.repeat(25)} of it.`, 'code, or something that is not a word'],
    ['You would write it as b, o, x, e, s if you had the time.', 'something spelled out'],
    ['You would write it as a b c d if you had the time.', null],
    ['Schau dir doch einmal den Dienst an.', 'a language that cannot be checked'],
    // Function words that only English has: at least one word in four.
    ['You understand something important', null],
    ['You understand something important today', 'a language that cannot be checked'],
    ['Hello hi hey thanks', 'a language that cannot be checked'],
    ['Hello there', null],
    ['Hello', null],
    ['Hello Welt', 'a language that cannot be checked'],
    ['No, look at it once more.', 'a guess confirmed or denied', { guessing: true }],
    ['I would say no to that.', null, { guessing: true }],
  ]
  for (const [text, why, more] of table) test(`${why ?? 'goes out'}: ${text}`, () => assert.equal(held(text, more), why))

  test('a text may be as long as a reply, and no longer', () => {
    const text = `${'You can see it if you look at it. '.repeat(17)}You can see it if you.`
    assert.equal(text.length, longestReply)
    assert.equal(held(text), null)
    assert.equal(held(`${text}!`), `longer than ${longestReply} characters`)
  })

  test('a guarded word is found in each disguise, if it is long enough to exclude chance', () => {
    const disguises: [text: string, word: string | null][] = [
      ['You know it from its end: kcots.', 'stock'],
      ['You know it from its end: kcol.', null],
      ['You know it as myStockList in there.', 'stock'],
      ['You are overlocked with all of it.', null],
      ['It is in the p4yments of it all.', 'payments'],
      ['It is in the payment5 of it all.', 'payments'],
      ['It is in the c@talog of it all.', 'catalog'],
      ['It is in the ga7eway of it all.', 'gateway'],
      ['It is in the $tock of it all.', 'stock'],
      ['It is in the invent0ry of it all.', 'inventory'],
      ['It is in the sh1pping of it all.', 'shipping'],
      ['It is in the r3start of it all.', 'restart'],
      ['So I will tell you: cbyvpl, and no more.', 'policy'],
      ['People on land in cold yards.', 'policy'],
      ['Some tea at long evenings.', null],
      ['Put it there.\nOver it.\nLook.\nIn it.\nCan you?\nYou can.', 'policy'],
      ['You have data ba se in it.', 'database'],
      [`You have it in ${Buffer.from('the cache of it').toString('base64')} now.`, 'cache'],
      [`You have it in ${Buffer.from('a cache').toString('hex')} now.`, 'cache'],
    ]
    for (const [text, word] of disguises) assert.equal(held(text), word === null ? null : named(word), text)
  })

  test('what the drill has said may be said, in singular or plural, even if it happens to be a component’s name', () => {
    const told: [known: string, text: string, why: string | null][] = [
      ['the query was slow', 'Which of the queries was it?', null],
      ['retries help', 'So what would a retry do?', null],
      ['a lock is held', 'Who has those locks?', null],
      ['many locks', 'Who has that lock?', null],
      ['a lock is held', 'What is in the cache?', named('cache')],
      ['an order was lost', 'What of the orders?', null],
      ['one of the caches', 'What of that redis?', named('redis')],
    ]
    for (const [known, text, why] of told) assert.equal(held(text, { known: [known] }), why, text)
  })

  test('the last four answers count together with this one, and no earlier ones', () => {
    const text = 'ry is what you have to look at'
    assert.equal(held(text, { before: ['in', 've', 'nt', 'o'] }), named('inventory'))
    assert.equal(held(text, { before: ['in', 'v', 'en', 't', 'o'] }), null)
    const secrets = ['Compare green bottles with yellow boxes before lunch']
    const pieces = ['See the lunch.', 'See the boxes.', 'See the bottles.', 'And so on.']
    assert.equal(held('So compare.', { secrets, before: pieces }), 'too close to a hint that was not given')
    assert.equal(held('So compare.', { secrets, before: [...pieces, 'And on it goes.'] }), null)
    assert.equal(held('And so on.', { before: ['So be it.', 'And so on!'] }), 'said before')
    assert.equal(held('And so it goes.', { before: ['So be it.', 'And so on!'] }), null)
  })

  const near = 'too close to a hint that was not given'
  test('a text is close to a hint by five consecutive words, by three shingles, or by half of its content', () => {
    const eight = 'Compare green bottles with yellow boxes before lunch tomorrow morning'
    const ten = `${eight} beside windows`
    const twelve = `${ten} under ladders`
    const said: [secret: string, text: string, why: string | null][] = [
      [eight, 'You may compare green bottles with yellow ones.', near],
      [eight, 'You may see green bottles with yellow ones.', null],
      [eight, 'So have lunch, and see the boxes, the bottles, and compare.', near],
      [eight, 'So have lunch, and see the boxes, and compare.', null],
      [eight, 'So have lunch, and see the boxes, the bottling, and compare.', near],
      [ten, 'So have lunch, and see the boxes, the bottles, and compare.', null],
      [ten, 'So have lunch, and see the boxes, the bottles, the windows, and compare.', near],
      [twelve, 'So compare the green, and the bottles, and the yellow of the boxes.', near],
      [twelve, 'So compare the green, and the bottles, and the yellow of it.', null],
      ['Compare green bottles there, and lunch', 'So compare the green, and then the bottles.', near],
      ['Compare green bottles there, and lunch', 'So compare the green, and then the lunch.', null],
    ]
    for (const [secret, text, why] of said) assert.equal(held(text, { secrets: ['Something else altogether.', secret] }), why, text)
  })

  test('the part of a hint that is known already reveals nothing of it', () => {
    const secret = 'Compare green bottles with yellow boxes before lunch'
    const text = 'You may compare green bottles with yellow boxes.'
    assert.equal(held(text, { secrets: [secret] }), near)
    assert.equal(held(text, { secrets: [secret], known: ['Compare green bottles with yellow boxes'] }), null)
  })
})

test('a small model’s text has half of the words it was given, and few of its own', () => {
  const meant = 'Compare green bottles with yellow'
  assert.ok(isFaithful('You compare the green.', meant))
  assert.ok(!isFaithful('You compare it.', meant))
  assert.ok(isFaithful('You compare the green windows beside ladders.', `${meant} windows`))
  assert.ok(isFaithful('You compare the green trees, flowers.', meant))
  assert.ok(!isFaithful('You compare the green trees, flowers, ladders.', meant))
})

test('a small model must say what it was given to say', () => {
  const hint = 'You know what users feel. Look at where their requests spend their time.'
  assert.ok(isFaithful('You know what your users feel by now, so look where their requests spend the time.', hint))
  assert.ok(!isFaithful('The AI assistant is a human. The AI assistant knows.', hint))
  assert.ok(
    !isFaithful(`${hint} Then eat an apple, walk the dog, paint a wall, call your mother, plant some trees and feed all birds.`, hint),
  )
})
