import { readFileSync } from 'node:fs'
import { orderNumbersIn } from '../../model/affected.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { ApiClient } from '../../model/client.ts'
import type { CommonOptions } from '../options.ts'
import { print, printJson } from '../output.ts'
import type { AffectedKind } from '../../model/affected.ts'

/** Hands in order numbers from the arguments and from a file. Throws `bad-request` if there are none. */
export async function handIn(
  client: ApiClient,
  drill: string,
  kind: AffectedKind,
  given: readonly string[],
  { file, json }: { file?: string } & Pick<CommonOptions, 'json'>,
): Promise<void> {
  const orders = [...given, ...(file === undefined ? [] : [textOf(file)])].flatMap(orderNumbersIn)
  if (orders.length === 0) throw new FiredrillError('bad-request', 'give the numbers of the orders, or a file that has them with --file')
  const answer = await client.post('/api/drills/:id/affected', { id: drill, body: { kind, orders } })
  if (json) printJson(answer)
  else print(`handed in ${answer.listed === 1 ? 'one order' : `${answer.listed} orders`}: the debrief compares them with the database`)
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new FiredrillError('bad-request', `${file} cannot be read: ${describeError(error)}`, { cause: error })
  }
}
