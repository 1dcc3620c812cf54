import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { projectRoot } from '../../control/paths.ts'
import { tools } from '../../control/mcp/tools.ts'
import { base, client, dir, ensureFree, json, state } from './test-range.ts'

before(async () => {
  await ensureFree()
})

const rpc = (headers: Record<string, string>, method = 'tools/list') =>
  fetch(`${base}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }),
  })
const bearer = (role: 'trainee' | 'instructor') => ({ authorization: `Bearer ${state.config().tokens[role]}` })

test('MCP over HTTP requires a token, and refuses foreign pages', async () => {
  assert.equal((await rpc({})).status, 401)
  assert.equal((await rpc({ ...bearer('trainee'), origin: 'http://evil.example' })).status, 403)
  assert.equal((await fetch(`${base}/mcp`, { headers: bearer('trainee') })).status, 405)
  const answer = (await (await rpc(bearer('trainee'))).json()) as {
    result: { tools: { name: string; annotations: { readOnlyHint: boolean } }[] }
  }
  assert.deepEqual(
    answer.result.tools.map(({ name }) => name),
    tools.map(({ name }) => name),
  )
})

test('MCP over standard input serves tools and runbooks, and explains mistakes in a call', async () => {
  const client = new Client({ name: 'test', version: '1' })
  const args = ['mcp', '--dir', dir]
  // Safe: the SDK's own transport; its type differs only in optional properties.
  await client.connect(
    new StdioClientTransport({ command: path.join(projectRoot, 'firedrill'), args, env: process.env as Record<string, string> }) as never,
  )
  const text = async (name: string, given: Record<string, unknown> = {}) => {
    const { content, isError } = (await client.callTool({ name, arguments: given })) as { content: { text: string }[]; isError?: boolean }
    return { text: content[0]?.text ?? '', isError: isError ?? false }
  }
  assert.match((await text('list_scenarios')).text, /"beginner":[1-9]/)
  assert.match((await text('query_metrics', { query: 'sum(up{tier="shop"})' })).text, /"success"/)
  assert.match((await text('search_traces', { service: 'orders', limit: 2 })).text, /"traceId"/)
  assert.match((await text('search_logs', { service: 'orders', severity: 'INFO', limit: 2 })).text, /"logs":\[\{/)
  assert.match((await text('get_mesh_policy', { service: 'orders' })).text, /VirtualService/)
  assert.deepEqual(await text('get_drill'), { text: 'no drill is running: start one with start_drill', isError: true })
  const refused = await text('run_action', { action: 'restart', params: { component: 'moon' } })
  assert.ok(refused.isError)
  assert.match(refused.text, /restart: component/)
  const { resources } = await client.listResources()
  assert.ok(resources.some(({ uri }) => uri === 'firedrill://runbooks/checkout'))
  const { contents } = await client.readResource({ uri: 'firedrill://runbooks/checkout' })
  assert.match(JSON.stringify(contents), /## Check/)
  await client.close()
})

test('an agent plays a drill, and is evaluated', async () => {
  const agent = `${process.execPath} ${path.join(projectRoot, 'test', 'acceptance', 'agent.ts')}`
  const [result] = await json<Record<string, unknown>[]>('evaluate', '--agent', agent, '--scenarios', 'slow-shelves', '--name', 'simple')
  assert.ok(result)
  const { scenario, causeNamed, mitigated, recovered, wrongCauses, harmfulActions, exitCode, toolCalls } = result
  assert.deepEqual(
    { scenario, causeNamed, mitigated, recovered, wrongCauses, harmfulActions, exitCode },
    { scenario: 'slow-shelves', causeNamed: true, mitigated: true, recovered: true, wrongCauses: 0, harmfulActions: 0, exitCode: 0 },
  )
  assert.ok(Number(toolCalls) >= 7, String(toolCalls))
})

test('an agent that does nothing fails, and leaves the range unchanged', async () => {
  const fingerprint = () => client('instructor').get('/api/fingerprint')
  const { parts } = await fingerprint()
  const [result] = await json<Record<string, unknown>[]>(
    'evaluate',
    '--agent',
    'sleep 600',
    '--scenarios',
    'slow-shelves',
    '--limit',
    '15s',
  )
  assert.deepEqual([result?.['causeNamed'], result?.['recovered'], result?.['exitCode']], [false, false, null])
  assert.deepEqual((await fingerprint()).parts, parts)
})
