import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { noPrometheus as skip, startPrometheusBehind, type Behind } from '../prometheus-behind.ts'
import { readRequest } from './http-file.ts'
import { prometheusInputs } from './prometheus-inputs.ts'
import { checkWritten } from './written.ts'

let behind: Behind | undefined
before(async () => void (behind = skip ? undefined : await startPrometheusBehind()))
after(() => behind?.[Symbol.asyncDispose]())

for (const { file, source, status, body } of prometheusInputs)
  test(`Prometheus: ${file} (${source})`, { skip }, async () => {
    const {
      method,
      path: url,
      headers,
      body: form,
    } = readRequest(readFileSync(path.join(import.meta.dirname, 'prometheus', file), 'utf8'), Date.now())
    const answer = await fetch(`${behind?.base}${url}`, { method, headers, body: form && new Uint8Array(form) })
    const text = await answer.text()
    assert.equal(answer.status, status, text)
    assert.match(text, body)
  })

test('Prometheus: each file is tested and listed, with its source', () => checkWritten('prometheus', prometheusInputs))
