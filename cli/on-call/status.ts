import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { printJson, printTable } from '../output.ts'

/** From the API: no process of the range can be inspected from here. */
export const statusCommand = () =>
  command('status').action(async (options: CommonOptions) => {
    const { components } = await apiClient(openState(options), 'trainee').get('/api/components')
    if (options.json) return printJson(components)
    printTable(
      components.map(({ name, state, healthy, version, detail }) => ({
        name,
        state,
        healthy: healthy ? 'yes' : 'no',
        version: version ?? '',
        detail: detail ?? '',
      })),
    )
  })
