import type { Asked } from '../../model/client.ts'
import type { Api } from './context.ts'

interface Options {
  /** Besides the host, whatever says who asks. */
  headers: Readonly<Record<string, string>>
  /** Aborts what is still being answered. */
  signal?: AbortSignal
}

/** Carries requests of a client to the API within this process, without a connection; the answers have whatever status. */
export const injected =
  (app: Api | Promise<Api>, { headers, signal }: Options) =>
  async ({ method, path, body }: Pick<Asked, 'method' | 'path' | 'body'>): Promise<{ status: number; text: string }> => {
    const sent = { ...(signal ? { signal } : {}), ...(body === undefined ? {} : { payload: body as object }) }
    const { statusCode, body: text } = await (await app).inject({ method, url: path, headers, ...sent })
    return { status: statusCode, text }
  }
