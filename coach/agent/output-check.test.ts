import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFaithful, refusal, type OutputRules } from './output-check.ts'

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

  test('the name of a component is not known by a word that is like it', () => {
    const known = ['The shop says: payment was not possible.']
    assert.equal(check('What did the payment say?', { known }), null)
    for (const text of ['Is it not payments?', 'Read it from its end and you will see: stnemyap.'])
      assert.equal(check(text, { known }), 'a name that the drill has not said: payments', text)
    assert.equal(check('What of payments?', { known: ['looked at the dashboard of payments'] }), null)
  })

  test('a name that the drill has said', () => {
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

  test('the same once more', () => {
    const text = 'Good that you are on it. What is it that users feel, and since when?'
    assert.equal(check(text, { before: [text] }), 'said before')
  })

  test('what is kept back does not depend on the answer', () => {
    for (const name of ['gateway', 'catalog', 'payments', 'redis', 'rabbitmq', 'postgres', 'orders'])
      assert.match(check(`I would look at ${name} if I were you.`) ?? '', /name/)
  })

  test('without the guard it would go out', () => {
    assert.equal(check('I would look at inventory if I were you.', { over: true }), null)
  })
})

test('a small model must say what it was given to say', () => {
  const hint = 'You know what users feel. Look at where their requests spend their time.'
  assert.ok(isFaithful('You know what your users feel by now, so look where their requests spend the time.', hint))
  assert.ok(!isFaithful('The AI assistant is a human. The AI assistant knows.', hint))
  assert.ok(
    !isFaithful(`${hint} Then eat an apple, walk the dog, paint a wall, call your mother, plant some trees and feed all birds.`, hint),
  )
})
