import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMatchers, matches, parseMatchers, tooBroad } from './matchers.ts'

test('matchers are parsed in Alertmanager’s notation, and written back', () => {
  const text = 'alertname="Checkout, slow", service=~"orders|payments", severity!="page", zone!~"a.*"'
  const matchers = parseMatchers(text)
  assert.equal(matchers.length, 4)
  assert.deepEqual(matchers[0], { name: 'alertname', value: 'Checkout, slow', isRegex: false, isEqual: true })
  assert.equal(formatMatchers(matchers), text)
})

test('mistakes are explained', () => {
  assert.throws(() => parseMatchers(''), /at least one condition/)
  assert.throws(() => parseMatchers('alertname=Checkout'), /'alertname=Checkout' is not a condition/)
  assert.throws(() => parseMatchers('alertname=~"("'), /regular expression/i)
})

test('a pattern matches the whole value, and a missing label is empty', () => {
  const labels = { alertname: 'ServiceErrors', service: 'orders' }
  const fits = (text: string) => matches(labels, parseMatchers(text))
  assert.equal(fits('service=~"order"'), false)
  assert.equal(fits('service=~"order.*", alertname="ServiceErrors"'), true)
  assert.equal(fits('zone=""'), true)
  assert.equal(fits('constructor=""'), true)
  assert.equal(fits('zone!="x", service!~"pay.*"'), true)
})

test('silences that hide too much are reported', () => {
  const warning = (text: string, matched = 1) => tooBroad(parseMatchers(text), matched)
  assert.match(warning('severity="page"') ?? '', /neither an alert nor a service/)
  assert.match(warning('alertname=~".*"') ?? '', /anything/)
  assert.match(warning('service!="orders"') ?? '', /everything else/)
  assert.match(warning('alertname=~"Legacy.*"', 40) ?? '', /40 alerts/)
  assert.equal(warning('alertname="ServiceErrors", service="orders"'), null)
})
