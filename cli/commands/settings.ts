import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import { findProgram } from '../../range/binaries.ts'
import { apiClient, type ApiClient } from '../client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
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
          const draft = edited(`${name}.env`, settingsFile(name, before))
          try {
            await change(client(options), name, before, draft.text, options)
          } catch (error) {
            process.stderr.write(`what you wrote is in ${draft.file}\n`)
            throw error
          }
          draft.remove()
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

/** Lets somebody edit a text in a file of their own. Throws when the editor failed. */
function edited(name: string, before: string): { file: string; text: string; remove(): void } {
  const [editor] = [process.env['VISUAL'], process.env['EDITOR'], findProgram(['vim', 'vi', 'nano'], ['/usr/bin', '/bin'])].filter(Boolean)
  if (!editor) throw new FiredrillError('missing-binary', 'there is no editor: install vim or nano, or set EDITOR')
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-'))
  const file = path.join(folder, name)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  writeFileSync(file, before)
  // As git does: the variable may have arguments of its own.
  const { status } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' })
  if (status !== 0) {
    remove()
    throw new FiredrillError('bad-request', `${editor} did not end well: nothing has changed`)
  }
  return { file, text: readFileSync(file, 'utf8'), remove }
}
