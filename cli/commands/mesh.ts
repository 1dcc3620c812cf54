import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import { nearChanges, type DiffLine } from '../../model/mesh.ts'
import { tellMistakes, textOf } from '../../model/yaml/text.ts'
import { apiClient } from '../../control/client.ts'
import { edit } from '../edit.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { green, print, printJson, printTable, red } from '../output.ts'

interface Check {
  problem: string | null
  diff: DiffLine[]
}

const client = (options: CommonOptions) => apiClient(openState(options), 'trainee')

function readPolicy(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new FiredrillError('bad-request', `${file} cannot be read`, { cause: error })
  }
  const { text, mistakes } = textOf(bytes)
  if (mistakes.length > 0) throw new FiredrillError('bad-request', refusal(file, tellMistakes(mistakes)))
  if (text.trim() === '')
    throw new FiredrillError('bad-request', `${file} is empty: a policy is Istio resources, as 'firedrill mesh get' prints them`)
  return text
}

/** Every line of the message begins with the file. */
const refusal = (file: string, problem: string): string => problem.replaceAll(/^/gm, `${file === '-' ? 'standard input' : file}: `)

/** Changed lines with some unchanged ones, like `diff -u`. */
function unified(diff: readonly DiffLine[]): string[] {
  const signs = { same: ' ', added: '+', removed: '-' } as const
  const lines = nearChanges(diff)
  const last = diff.length - 1
  return lines.flatMap(({ kind, text, at }, index) => {
    const line = `${signs[kind]} ${text}`
    const shown = kind === 'added' ? green(line) : kind === 'removed' ? red(line) : line
    const gapFollows = at < last && lines[index + 1]?.at !== at + 1
    return gapFollows ? [shown, '…'] : [shown]
  })
}

async function check(file: string, options: CommonOptions): Promise<{ yaml: string; result: Check }> {
  const yaml = readPolicy(file)
  const result = await client(options).post('/api/mesh/check', { body: { yaml } })
  if (result.problem !== null) throw new FiredrillError('bad-request', refusal(file, result.problem))
  return { yaml, result }
}

async function apply(file: string, options: CommonOptions): Promise<void> {
  const { yaml } = await check(file, options)
  const answer = await client(options).put('/api/mesh', { body: { yaml } })
  if (options.json) printJson(answer)
  else print(answer.summary)
}

export function meshCommand(): Command {
  return new Command('mesh')
    .addCommand(
      command('get', 'print the current policy, as Istio resources')
        .option('--revision <number>', 'an earlier one', integer)
        .action(async (options: CommonOptions & { revision?: number }) => {
          const found =
            options.revision === undefined
              ? await client(options).get('/api/mesh')
              : await client(options).get('/api/mesh/history/:revision', { revision: options.revision })
          if (options.json) printJson(found)
          else process.stdout.write(found.yaml)
        }),
    )
    .addCommand(
      command('diff', 'show what a policy would change')
        .argument('<file>', 'YAML documents; - for standard input')
        .action(async (file: string, options: CommonOptions) => {
          const { result } = await check(file, options)
          if (options.json) return printJson(result)
          const lines = unified(result.diff)
          print(lines.length === 0 ? 'nothing would change' : lines.join('\n'))
        }),
    )
    .addCommand(command('apply', 'replace the current policy').argument('<file>', 'YAML documents; - for standard input').action(apply))
    .addCommand(
      command('edit', 'edit the current policy in $EDITOR').action(async (options: CommonOptions) => {
        const { yaml: before } = await client(options).get('/api/mesh')
        await edit('mesh.yaml', before, async ({ file, text }) => {
          if (text === before) return options.json ? printJson({ summary: null }) : print('nothing has changed')
          await apply(file, options)
        })
      }),
    )
    .addCommand(
      command('rollback', 'roll back to an earlier policy')
        .argument('[revision]', 'which revision; without it, the previous one', integer)
        .action(async (revision: number | undefined, options: CommonOptions) => {
          const answer = await client(options).post('/api/actions/:id', {
            id: 'roll-back-mesh-policy',
            body: {
              params: revision === undefined ? {} : { revision },
            },
          })
          if (options.json) printJson(answer)
          else print(answer.summary)
        }),
    )
    .addCommand(
      command('history', 'list the revisions of the policy').action(async (options: CommonOptions) => {
        const { revisions } = await client(options).get('/api/mesh/history')
        if (options.json) return printJson(revisions)
        printTable(
          revisions.map(({ revision, at, by }) => ({ revision: String(revision), at: at || 'at first', by })),
          ['revision', 'at', 'by'],
        )
      }),
    )
    .addCommand(
      command('certificates', 'list the certificate of each proxy').action(async (options: CommonOptions) => {
        const { identities } = await client(options).get('/api/mesh')
        if (options.json) return printJson(identities)
        printTable(
          identities.map(({ service, spiffeId, notAfter, verified }) => ({
            service,
            identity: spiffeId,
            until: notAfter,
            accepted: verified ? 'yes' : 'NO',
          })),
          ['service', 'identity', 'until', 'accepted'],
        )
      }),
    )
}
