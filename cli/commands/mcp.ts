import { createMcpServer } from '../../control/mcp/server.ts'
import { serveLines } from '../../control/mcp/stdio.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'

export const mcpCommand = () =>
  command('mcp').action(async (options: CommonOptions) => {
    await serveLines(createMcpServer(apiClient(openState(options), 'trainee')), process.stdin, process.stdout)
  })
