import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { apiClient, type ApiClient } from '../client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { edit } from '../edit.ts'
import { print, printJson } from '../output.ts'
import { readSettings, settingsFile, settingsToChange, type Settings } from '../settings.ts'

export function settingsCommand(): Command {
  const service = (name: string, description: string) => command(name, description).argument('<service>')
  const client = (options: CommonOptions) => apiClient(openState(options), 'trainee')
  return new Command('settings')
    .addCommand(
      service('show', 'show the settings that differ from the defaults').action(async (name: string, options: CommonOptions) => {
        const settings = await settingsOf(client(options), name)
        if (options.json) printJson(Object.fromEntries(settings))
        else process.stdout.write(settingsFile(name, settings))
      }),
    )
    .addCommand(
      service('edit', 'edit them in $EDITOR; the service is restarted with what was saved').action(
        async (name: string, options: CommonOptions) => {
          const before = await settingsOf(client(options), name)
          await edit(`${name}.env`, settingsFile(name, before), ({ text: file }) => change(client(options), name, before, file, options))
        },
      ),
    )
    .addCommand(
      service('apply', 'give a service the settings of a file on standard input, and no others').action(
        async (name: string, options: CommonOptions) => {
          const file = await text(process.stdin)
          await change(client(options), name, await settingsOf(client(options), name), file, options)
        },
      ),
    )
}

async function settingsOf(client: ApiClient, service: string): Promise<Settings> {
  const { rows } = await client.post<{ rows: { key: string; value: string }[] }>('/api/actions/list-settings', { params: { service } })
  return new Map(rows.map(({ key, value }) => [key, value]))
}

/** Nothing is changed by a file that is wrong anywhere. */
async function change(client: ApiClient, service: string, before: Settings, file: string, { json }: CommonOptions): Promise<void> {
  const changes = settingsToChange(before, readSettings(file))
  const done: string[] = []
  for (const params of changes) {
    const { summary } = await client.post<{ summary: string }>('/api/actions/change-setting', { params: { service, ...params } })
    done.push(summary)
    if (!json) print(summary)
  }
  if (json) printJson({ changed: done })
  else print(changes.length === 0 ? 'nothing has changed' : `${service} was restarted`)
}
