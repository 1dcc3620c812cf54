import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createMcpServer } from '../../control/mcp/server.ts'
import { apiClient } from '../client.ts'
import { command, openState, type CommonOptions } from '../options.ts'

export const mcpCommand = () =>
  command('mcp').action(async (options: CommonOptions) => {
    const server = createMcpServer(apiClient(openState(options), 'trainee'))
    const closed = new Promise<void>((resolve) => void process.stdin.once('end', resolve))
    await server.connect(new StdioServerTransport())
    await closed
  })
