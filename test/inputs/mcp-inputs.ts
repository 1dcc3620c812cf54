import type { Written } from './written.ts'

interface McpInput extends Written {
  status: number
  /** Part of the answer's body. */
  body: RegExp
}

const github = (path: string) => `https://github.com/${path}`

/** Requests of MCP clients, from reports of refused ones. */
export const mcpInputs: readonly McpInput[] = [
  {
    file: 'newest-version-in-header-and-body.http',
    source: github('xpzouying/xiaohongshu-mcp/issues/697'),
    outcome: 'answered in that version',
    status: 200,
    body: /"result":\{"protocolVersion":"2025-11-25"/,
  },
  {
    file: 'older-version.http',
    source: github('jonnyzzz/mcp-steroid/issues/482'),
    outcome: 'answered in that version',
    status: 200,
    body: /"result":\{"protocolVersion":"2024-11-05"/,
  },
  {
    file: 'version-of-the-future.http',
    source: github('ronak-create/FableCut/pull/59'),
    outcome: 'answered in the newest version that there is here',
    status: 200,
    body: /"result":\{"protocolVersion":"2025-11-25"/,
  },
  {
    file: 'accept-events-alone.http',
    source: github('modelcontextprotocol/python-sdk/issues/2349'),
    outcome: 'answered by events',
    status: 200,
    body: /^event: message\ndata: \{.*"tools":\[\{"name":/,
  },
  {
    file: 'accept-json-alone.http',
    source: github('modelcontextprotocol/typescript-sdk/pull/1952'),
    outcome: 'answered',
    status: 200,
    body: /^\{.*"tools":\[\{"name":/,
  },
  {
    file: 'accept-anything.http',
    source: github('modelcontextprotocol/csharp-sdk/pull/429'),
    outcome: 'answered',
    status: 200,
    body: /^\{"result":\{\},"jsonrpc":"2\.0","id":"a-1"\}$/,
  },
  {
    file: 'no-arguments.http',
    source: github('cline/cline/issues/10553'),
    outcome: 'answered',
    status: 200,
    body: /scenarios.*beginner.*"id":3/,
  },
  {
    file: 'null-for-what-is-optional.http',
    source: github('danny-avila/LibreChat/pull/11905'),
    outcome: 'answered as without it',
    status: 200,
    body: /deployments.*"id":4/,
  },
  {
    file: 'numbers-as-strings.http',
    source: github('github/github-mcp-server/issues/2044'),
    outcome: 'answered as with numbers',
    status: 200,
    body: /slow-shelves.*"id":5/,
  },
  {
    file: 'batch-after-batches-were-removed.http',
    source: github('modelcontextprotocol/typescript-sdk/pull/2670'),
    outcome: '400, told to send each message by itself',
    status: 400,
    body: /^\{"jsonrpc":"2\.0","id":null,"error":\{"code":-32600,"message":"version 2025-06-18 of the protocol has no batches: send each message by itself"\}\}$/,
  },
  {
    file: 'batch-of-march.http',
    source: github('modelcontextprotocol/python-sdk/issues/934'),
    outcome: 'answered, each of them',
    status: 200,
    body: /^\[\{.*"id":1\},\{.*"id":2\}\]$/,
  },
  {
    file: 'session-of-before-a-restart.http',
    source: github('DAWNCR0W/affine-mcp-server/issues/301'),
    outcome: 'answered: there are no sessions to be lost',
    status: 200,
    body: /"tools":\[\{"name":/,
  },
  {
    file: 'stream-of-events-by-get.http',
    source: github('f/prompts.chat/pull/1117'),
    outcome: '405, as the protocol has it where nothing is sent unasked',
    status: 405,
    body: /ask by POST/,
  },
  {
    file: 'prompts-that-there-are-not.http',
    source: github('mark3labs/mcp-go/issues/211'),
    outcome: 'answered with none',
    status: 200,
    body: /^\{"result":\{"prompts":\[\]\},"jsonrpc":"2\.0","id":612\}$/,
  },
]
