import type { Command } from 'commander'
import { FiredrillError, describeError } from '../model/errors.ts'

/** Runs the command line, and ends; a failure is one line, with a stack trace for `--verbose`. */
export async function runProgram(program: Command): Promise<never> {
  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    const known = error instanceof FiredrillError
    const verbose = process.argv.includes('--verbose')
    if (process.argv.includes('--json')) {
      process.stdout.write(`${JSON.stringify({ error: { code: known ? error.code : 'internal', message: describeError(error) } })}\n`)
    }
    process.stderr.write(`firedrill: ${describeError(error)}\n`)
    if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    process.exitCode = 1
  }
  // Kept-alive connections must not keep the command running.
  process.exit()
}
