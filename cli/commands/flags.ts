import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import { apiClient } from '../../control/client.ts'
import { edit } from '../edit.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { print, printJson } from '../output.ts'

const client = (options: CommonOptions) => apiClient(openState(options), 'trainee')

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new FiredrillError('bad-request', `${file} cannot be read`, { cause: error })
  }
}

async function apply(json: string, options: CommonOptions): Promise<void> {
  if (json.trim() === '') throw new FiredrillError('bad-request', `the file is empty: flags are JSON, as 'firedrill flags get' prints them`)
  const answer = await client(options).put('/api/flags', { body: { json } })
  if (options.json) printJson(answer)
  else print(answer.summary)
}

export function flagsCommand(): Command {
  return new Command('flags')
    .addCommand(
      command('get', 'print the feature flags, in the format of flagd').action(async (options: CommonOptions) => {
        process.stdout.write((await client(options).get('/api/flags')).json)
      }),
    )
    .addCommand(
      command('apply', 'replace the feature flags')
        .argument('<file>', 'JSON; - for standard input')
        .action((file: string, options: CommonOptions) => apply(textOf(file), options)),
    )
    .addCommand(
      command('edit', 'edit the feature flags in $EDITOR; services follow within a second').action(async (options: CommonOptions) => {
        const { json: before } = await client(options).get('/api/flags')
        await edit('flags.json', before, async ({ text }) => {
          if (text === before) return options.json ? printJson({ summary: null }) : print('nothing has changed')
          await apply(text, options)
        })
      }),
    )
}
