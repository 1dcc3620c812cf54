import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { projectRoot } from '../control/paths.ts'
import { RangeState } from '../range/targets/local/state.ts'

/** Options that every command takes. */
export interface CommonOptions {
  json: boolean
  dir: string
  portBase?: number
  verbose: boolean
}

/** A command with the common options. Top-level ones are summarised in the list of commands. */
export function command(name: string, summary = ''): Command {
  return new Command(name)
    .description(summary)
    .addOption(new Option('--json', 'print JSON').default(false))
    .addOption(
      new Option('--dir <folder>', 'folder of the range')
        .default(path.join(projectRoot, '.firedrill'), '.firedrill in the checkout')
        .env('FIREDRILL_DIR'),
    )
    .addOption(new Option('--port-base <port>', 'first of the ports of the range (7400 in a new one)').argParser(portNumber))
    .addOption(new Option('--verbose', 'show where an error came from').default(false))
    .showHelpAfterError(`('firedrill ${name} --help' says more)`)
}

export function integer(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('not a whole number')
  return value
}

function portNumber(text: string): number {
  const value = integer(text)
  if (value < 1024 || value > 65_000) throw new InvalidArgumentError('a port base is from 1024 to 65000')
  return value
}

/** Origins of other pages that may use the API. */
export const allowOrigin = () =>
  new Option(
    '--allow-origin <origin...>',
    "pages elsewhere that may use the API with a token, such as http://localhost:6274 (MCP's inspector)",
  ).argParser((text: string, before: string[] = []) => {
    const origin = URL.canParse(text) ? new URL(text).origin : 'null'
    if (origin === 'null' || text.replace(/\/$/, '') !== origin)
      throw new InvalidArgumentError('an origin is a scheme, a host and a port: http://localhost:6274')
    return [...before, origin]
  })

export function keyValue(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('write it as name=value')
  const value = text.slice(at + 1)
  // Numbers and booleans as such; everything else is text.
  return { ...before, [text.slice(0, at)]: /^(-?\d+(\.\d+)?|true|false)$/.test(value) ? (JSON.parse(value) as unknown) : value }
}

export const openState = (options: CommonOptions): RangeState => new RangeState(options.dir)
export const rangeExists = (options: CommonOptions): boolean => existsSync(path.join(options.dir, 'range.json'))
