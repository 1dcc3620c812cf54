import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidToolInputError, NoSuchToolError } from 'ai'
import { argumentsMeant, callInText, toolMistake } from './tool-calls.ts'

const wrong = (toolInput: string, cause: unknown = new Error('it does not fit')) =>
  toolMistake(new InvalidToolInputError({ toolName: 'pause', toolInput, cause }))

test('a mistake in a call is described in one line, with the start of what the model wrote', () => {
  assert.equal(toolMistake(new NoSuchToolError({ toolName: 'solve\n it' })), "there is no tool 'solve it'")
  assert.equal(wrong('{"minutes": '), 'its arguments are not valid JSON: {"minutes":')
  for (const given of ['[1]', '"2"', 'null', '3']) assert.equal(wrong(given), `its arguments are not a JSON object: ${given}`)
  assert.equal(wrong('{"a":1}'), 'its arguments do not fit: {"a":1}')
  const issues = Object.assign(new Error('zod'), {
    issues: [
      { path: ['minutes'], message: 'too big' },
      { path: [], message: 'odd' },
    ],
  })
  assert.equal(wrong('{"a":1}', new Error('outer', { cause: issues })), 'its arguments do not fit: minutes: too big; odd')
  assert.equal(toolMistake(new Error('the server\nhung up')), 'the server hung up')
  assert.equal(toolMistake(new Error('x'.repeat(300))), `${'x'.repeat(200)}…`)
})

test('arguments are read as they were meant, if that is clear', () => {
  assert.equal(argumentsMeant('"{\\"a\\":1}"'), '{"a":1}')
  assert.deepEqual(['null', '"null"'].map(argumentsMeant), ['{}', '{}'])
  for (const given of ['{"a":1}', '"2"', '3', 'no']) assert.equal(argumentsMeant(given), null, given)
})

test('a call within a model’s text is found, in any notation', () => {
  assert.equal(callInText('Well. <tool_call>{"name":"pause"}'), '<tool_call>{"name":"pause"}')
  assert.equal(callInText('{"name": "pause", "arguments": {}}'), '{"name": "pause", "arguments": {}}')
  assert.equal(callInText('Look at the arguments of the function.'), null)
})
