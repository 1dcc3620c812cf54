import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { paperHost } from '../../control/replay/paper-context.ts'
import { ServedBench } from '../../control/replay/served-bench.ts'
import { readRequest } from './http-file.ts'
import { mcpInputs } from './mcp-inputs.ts'
import { checkWritten } from './written.ts'

// The real route, on a control plane with a simulated range, during a drill.
const served = new ServedBench()
before(async () => void (await served.bench.start()))
after(() => served[Symbol.asyncDispose]())

for (const { file, source, status, body } of mcpInputs)
  test(`MCP: ${file} (${source})`, async () => {
    const text = readFileSync(path.join(import.meta.dirname, 'mcp', file), 'utf8')
    const { method, path: url, headers, body: payload } = readRequest(text, Date.now())
    const answer = await (
      await served.app
    ).inject({
      method: method as 'GET' | 'POST',
      url,
      headers: { ...headers, host: paperHost, authorization: 'Bearer trainee' },
      ...(payload === null ? {} : { payload }),
    })
    assert.equal(answer.statusCode, status, answer.body)
    assert.match(answer.body, body)
    assert.doesNotMatch(answer.body, /"isError":true/)
  })

test('MCP: each file is tested and listed, with its source', () => checkWritten('mcp', mcpInputs))
