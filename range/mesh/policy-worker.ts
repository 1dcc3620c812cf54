/** Reads one policy after another, in a thread of its own that can be ended: `policy-reader.ts` holds it to its time. */
import './without-compiled-schemas.ts'
import { parentPort } from 'node:worker_threads'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { FromReader } from './policy-reader.ts'
import { parsePolicy } from './references.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (message: FromReader) => void parentPort?.postMessage(message)

parentPort?.on('message', (yaml: string) => {
  // What it takes to load all this is not the policy's.
  tell('reading')
  try {
    tell({ resources: parsePolicy(yaml) })
  } catch (error) {
    tell({ code: error instanceof FiredrillError ? error.code : 'bad-request', message: describeError(error) })
  }
})
