/** Parses policies one after another, in a worker thread that can be ended: `policy-reader.ts` enforces a timeout. */
import './without-compiled-schemas.ts'
import { parentPort } from 'node:worker_threads'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { FromReader } from './policy-reader.ts'
import { parsePolicy } from './references.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (message: FromReader) => void parentPort?.postMessage(message)

parentPort?.on('message', (yaml: string) => {
  // The time to load all this does not count as the policy's.
  tell('reading')
  try {
    tell({ resources: parsePolicy(yaml) })
  } catch (error) {
    tell({ code: error instanceof FiredrillError ? error.code : 'bad-request', message: describeError(error) })
  }
})
