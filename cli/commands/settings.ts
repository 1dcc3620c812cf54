import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { apiClient } from '../../control/client.ts'
import type { ApiClient } from '../../model/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { edit } from '../edit.ts'
import { print, printJson } from '../output.ts'
import { formatOf, readSettings, settingsFile, settingsToChange, storeOf, type Settings } from '../settings.ts'

export function settingsCommand(): Command {
  const service = (name: string, description: string) =>
    command(name, description).argument('<service>', 'a service, or a data store: postgres, redis or rabbitmq')
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
      service('edit', 'edit them in $EDITOR; what was saved takes effect: a service is restarted, a data store is not').action(
        async (name: string, options: CommonOptions) => {
          const before = await settingsOf(client(options), name)
          await edit(formatOf(name).file, settingsFile(name, before), ({ text: file }) =>
            change(client(options), name, before, file, options),
          )
        },
      ),
    )
    .addCommand(
      service('apply', 'give a service or a data store the settings of a file on standard input, and no others').action(
        async (name: string, options: CommonOptions) => {
          const file = await text(process.stdin)
          await change(client(options), name, await settingsOf(client(options), name), file, options)
        },
      ),
    )
}

async function settingsOf(client: ApiClient, name: string): Promise<Settings> {
  const store = storeOf(name)
  const list = store === null ? { id: 'list-settings', params: { service: name } } : { id: 'list-store-settings', params: { store } }
  const { rows = [] } = await client.post('/api/actions/:id', {
    id: list.id,
    body: {
      params: list.params,
    },
  })
  return new Map(rows.map(({ key, name: setting, value }) => [String(key ?? setting ?? ''), String(value)]))
}

/** If anything in the file is wrong, nothing is changed. */
async function change(client: ApiClient, name: string, before: Settings, file: string, { json }: CommonOptions): Promise<void> {
  const changes = settingsToChange(before, readSettings(name, file, before))
  const store = storeOf(name)
  const set = (key: string, value: string) =>
    store === null
      ? client.post('/api/actions/:id', { id: 'change-setting', body: { params: { service: name, key, value } } })
      : client.post('/api/actions/:id', { id: 'change-store-setting', body: { params: { store, name: key, value } } })
  const done: { key: string; summary: string }[] = []
  try {
    for (const { key, value } of changes) done.push({ key, ...(await set(key, value)) })
  } catch (error) {
    // Only the datastore knows whether it accepts a value.
    for (const { key } of store === null ? [] : done.toReversed()) await set(key, before.get(key) ?? '')
    throw error
  }
  if (json) return printJson({ changed: done.map(({ summary }) => summary) })
  for (const { summary } of done) print(summary)
  print(changes.length === 0 ? 'nothing has changed' : store === null ? `${name} was restarted` : `${name} uses them now`)
}
