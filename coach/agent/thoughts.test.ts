import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidIn } from './thoughts.ts'

const said = 'Look at the latency of checkout.'

test('thoughts are separated from speech in the notation of each model', () => {
  for (const [open, close] of [
    ['<think>', '</think>'],
    ['<thinking>', '</thinking>'],
    ['<seed:think>', '</seed:think>'],
    ['<analysis>', '</analysis>'],
    ['<reasoning_content>', '</reasoning_content>'],
    ['[THINK]', '[/THINK]'],
    ['◁think▷', '◁/think▷'],
    ['<|begin_of_thought|>', '<|end_of_thought|>\n<|begin_of_solution|>'],
    ['<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>'],
    ['<|start|>assistant<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>'],
  ]) {
    const text = `${open}The cause must be inventory.${close}${said}`
    assert.equal(saidIn(text).words.trim(), said, text)
    // In a stream, no part of a mark or a thought ever counts as a word.
    for (let end = 0; end <= text.length; end++) {
      const { words } = saidIn(text.slice(0, end))
      assert.ok(said.startsWith(words.trim()), `'${words}' of ${text.slice(0, end)}`)
    }
  }
})

test('marks around a text are removed, and plain text stays as it is', () => {
  assert.equal(saidIn(`<|begin_of_solution|>${said}<|end_of_solution|>`).words, said)
  assert.equal(saidIn('Is p95 < 300 ms? See [the runbook].').words, 'Is p95 < 300 ms? See [the runbook].')
})

test('thoughts are counted, even if they began without a mark, or never end', () => {
  const table: [text: string, words: string, unmarked: boolean][] = [
    ['<think>a</think>b<think>c</think>d', 'bd', false],
    ['[THINK]a[/THINK]b<think>c</think>d', 'bd', false],
    ['a</think>b', 'b', true],
    ['a</think>b<think>c</think>d', 'bd', true],
    ['a</think>b</think>c', 'c', true],
    ['a <think>b', 'a ', false],
    ['a <thi', 'a ', false],
    ['', '', false],
  ]
  for (const [text, words, unmarked] of table)
    assert.deepEqual(saidIn(text), { words, thought: text.length - words.length, unmarked }, text)
})

test('a model that is known to begin with thoughts has said nothing until they end', () => {
  assert.deepEqual(saidIn('so it is', { thinking: true }), { words: '', thought: 8, unmarked: false })
  assert.deepEqual(saidIn('so</think>it is', { thinking: true }), { words: 'it is', thought: 10, unmarked: true })
})
