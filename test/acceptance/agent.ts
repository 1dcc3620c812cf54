/** A simple agent: acknowledges, looks at the last deploy, names it as the cause and rolls it back. Run by `firedrill evaluate`. */
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const url = new URL(process.env['FIREDRILL_MCP_URL'] ?? '')
const client = new Client({ name: 'simple-agent', version: '1' })
const headers = { authorization: `Bearer ${process.env['FIREDRILL_MCP_TOKEN']}` }
// Safe: the SDK's own transport; its type differs only in optional properties.
await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as never)

async function use<Answer>(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
  const { content, isError } = (await client.callTool({ name, arguments: args })) as { content: { text: string }[]; isError?: boolean }
  const text = content[0]?.text ?? ''
  if (isError) throw new Error(`${name}: ${text}`)
  return JSON.parse(text) as Answer
}

for (;;) {
  const { drill } = await use<{ drill: { pagedAt: number | null } }>('get_drill')
  if (drill.pagedAt !== null) break
  await delay(500)
}
await use('acknowledge_page')
const { deployments } = await use<{ deployments: { service: string; previous: string | null }[] }>('list_changes')
const last = deployments.findLast(({ previous }) => previous !== null)
if (!last) throw new Error('nothing was deployed')
await use('query_metrics', { query: `service:latency_seconds:p95{service="${last.service}"}` })
await use('search_logs', { service: last.service, limit: 5 })
await use('name_cause', { component: last.service, category: 'release', sentence: 'It was deployed just before.' })
await use('run_action', { action: 'roll-back', params: { service: last.service } })
await client.close()
