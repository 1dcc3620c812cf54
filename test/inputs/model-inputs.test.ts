import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { speak } from '../../coach/agent/agent.ts'
import { sampleView } from '../../coach/agent/sample-view.ts'
import { openaiCompatible } from '../../coach/providers/openai-compatible.ts'
import { modelInputs } from './model-inputs.ts'
import { checkWritten } from './written.ts'

const words = 'Good luck with this, one step at a time.'

/** A server that answers each request with these bytes, and closes the connection. */
async function serverOf(answer: string) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let asked = ''
    socket.on('error', () => {})
    socket.on('data', (part) => {
      asked += part.toString('latin1')
      const [, length] = /content-length: (\d+)/i.exec(asked) ?? []
      const start = asked.indexOf('\r\n\r\n')
      if (start >= 0 && asked.length - start - 4 >= Number(length ?? 0)) socket.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Safe: it listens on a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

for (const { file, source, expect, calls = [] } of modelInputs)
  test(`models: ${file} (${source})`, async () => {
    const text = readFileSync(path.join(import.meta.dirname, 'models', file), 'utf8')
    const end = text.indexOf('\n\n')
    await using server = await serverOf(`${text.slice(0, end).replaceAll('\n', '\r\n')}\r\nconnection: close\r\n\r\n${text.slice(end + 2)}`)
    using opened = openaiCompatible.open({ provider: 'openai-compatible', url: server.url, model: 'm', tools: true })
    const seen: (string | null)[] = []
    const nothing = () => assert.fail('nothing is to be done')
    const say = () =>
      speak({ kind: 'answer', to: 1, text: 'What now?', help: null }, opened, {
        desk: {
          view: () => sampleView,
          releaseHint: nothing,
          extend: nothing,
          ease: nothing,
          pause: nothing,
          finish: nothing,
          say: nothing,
        },
        rules: () => ({ secrets: [], known: [], before: [], guessing: false }),
        audit: () => {},
        patience: { firstWordMs: 20_000, wholeMs: 30_000 },
        used: [],
        onToolCall: (mistake) => void seen.push(mistake),
      })
    const spoken = await say()
    if (expect === 'words') assert.deepEqual(spoken, { text: words, words: 'model' })
    else assert.match('fellBack' in spoken ? spoken.fellBack : `it said: ${spoken.text}`, expect)
    assert.ok(seen.length >= calls.length, String(seen))
    calls.forEach((call, index) => (call === null ? assert.equal(seen[index], null) : assert.match(seen[index] ?? '', call)))
    if (file.startsWith('too-many')) assert.match(JSON.stringify(await say()), /a pause of another \d+ s/)
  })

test('models: each file is tested and listed, with its source', () => checkWritten('models', modelInputs))
