import path from 'node:path'
import { Command, Option } from 'commander'
import { coachConfig, readCoachConfig, writeCoachConfig, type CoachConfig } from '../../coach/config.ts'
import { cacheDir } from '../../control/paths.ts'
import { FiredrillError } from '../../model/errors.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { green, print, printJson } from '../output.ts'

interface UseOptions extends CommonOptions {
  url?: string
  model?: string
  keyFrom?: string
  tools: boolean
  file?: string
}

const localFolder = path.join(cacheDir, 'coach')

/** The configuration in words, and never the key. */
function described(config: CoachConfig | null): string {
  if (config === null) return 'no model: the coach uses the words of the scenario’s author'
  if (config.provider === 'local') return `local: ${path.basename(config.file)}`
  const tools = config.tools ? '' : ', without tools'
  return `${config.provider}: ${config.model}${config.url ? ` at ${config.url}` : ''}${tools}`
}
const withoutKey = (config: CoachConfig | null) => config && { ...config, ...('apiKey' in config ? { apiKey: '(set)' } : {}) }

function keep(options: CommonOptions, config: CoachConfig | null): void {
  const state = openState(options)
  // Throws if there is no range yet.
  state.config()
  writeCoachConfig(state.dir, config)
  if (options.json) printJson({ coach: withoutKey(config) })
  else print(described(config))
}

export function coachCommand(): Command {
  return new Command('coach')
    .addCommand(
      command('status', 'show which model is used').action((options: CommonOptions) => {
        const config = readCoachConfig(openState(options).dir)
        if (options.json) printJson({ coach: withoutKey(config) })
        else print(described(config))
      }),
    )
    .addCommand(
      command('use', 'use a model, also in a running drill')
        .argument('<provider>', 'openai-compatible, anthropic or local')
        .option('--url <url>', 'URL of the server, with the version of its API: http://127.0.0.1:11434/v1')
        .option('--model <name>', 'name of the model on the server')
        .option('--key-from <variable>', 'environment variable that holds the key')
        .option('--file <gguf>', 'for local: a model other than the installed one')
        .addOption(new Option('--no-tools', 'for models that cannot call tools'))
        .action((provider: string, options: UseOptions) => {
          const key = options.keyFrom === undefined ? undefined : process.env[options.keyFrom]
          if (options.keyFrom !== undefined && !key) throw new FiredrillError('bad-request', `the variable ${options.keyFrom} is not set`)
          const given =
            provider === 'local'
              ? { provider, library: localFolder, file: path.resolve(options.file ?? path.join(localFolder, 'model.gguf')) }
              : { provider, url: options.url, model: options.model, apiKey: key, tools: options.tools }
          const parsed = coachConfig.safeParse(given)
          if (!parsed.success) {
            const issue = parsed.error.issues[0]
            const option =
              issue?.path[0] === 'apiKey' ? '--key-from' : issue?.path[0] === 'provider' ? '<provider>' : `--${String(issue?.path[0])}`
            throw new FiredrillError('bad-request', `${option}: ${issue?.message}`)
          }
          keep(options, parsed.data)
        }),
    )
    .addCommand(command('off', 'use no model').action((options: CommonOptions) => keep(options, null)))
    .addCommand(
      command('install', 'install a small model that runs on this machine (about 200 MB), and use it').action(
        async (options: CommonOptions) => {
          const [{ installLocalModel }, { requireBinaries }] = await Promise.all([
            import('../../coach/install.ts'),
            import('../../range/setup.ts'),
          ])
          const config = await installLocalModel(
            localFolder,
            requireBinaries(cacheDir, 'observability').python,
            (line) => void (options.json || print(line)),
          )
          keep(options, config)
        },
      ),
    )
    .addCommand(
      command('test', 'have the model say something as in a drill; fails if it would be rejected there').action(
        async (options: CommonOptions) => {
          const config = readCoachConfig(openState(options).dir)
          if (config === null) throw new FiredrillError('bad-request', "no model is set: see 'firedrill coach use --help'")
          // The library takes a while to load, so only the commands that need it do.
          const [{ tryModel }, { openModel }] = await Promise.all([
            import('../../coach/agent/trial.ts'),
            import('../../coach/providers/registry.ts'),
          ])
          using opened = openModel(config)
          const { text, firstWordMs, wholeMs } = await tryModel(opened)
          if (options.json) printJson({ text, seconds: wholeMs / 1_000, firstWordSeconds: firstWordMs / 1_000 })
          else {
            const times = `first word after ${(firstWordMs / 1_000).toFixed(1)} s, all after ${(wholeMs / 1_000).toFixed(1)} s`
            print(`${text}\n${green(`${described(config)}: ${times}`)}`)
          }
        },
      ),
    )
}
