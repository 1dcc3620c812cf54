import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readReport } from './report.ts'

test('a report has a status, a folder and a command; anything else is invalid', () => {
  assert.deepEqual(readReport('0\0/tmp\0ls -l'), { status: 0, folder: '/tmp', command: 'ls -l' })
  for (const text of ['', 'ls', '0\0/tmp', '0\0/tmp\0', '-1\0/tmp\0ls', '1000\0/\0ls', '0\0/\0ls\0more'])
    assert.equal(readReport(text), null, text)
})

test('characters that control a terminal, or mislead a reader, are removed', () => {
  const { command } = readReport('0\0/\0echo \u001b]52;c;Zm9v\u0007 \u202eabc\nfor x in a\n  do echo') ?? { command: '' }
  assert.equal(command, 'echo  ]52;c;Zm9v   abc ⏎ for x in a ⏎ do echo')
  assert.equal(readReport(`0\0/\0${'x'.repeat(10_000)}`)?.command.length, 500)
})
