import http from 'node:http'
import type { Readiness } from './readiness.ts'

/** Ready when a GET over a new connection answers with a status below 400. */
export function httpReady(url: string): Readiness {
  return {
    what: `GET ${url}`,
    check: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const request = http.get(url, { agent: false, timeout: timeoutMs }, (response) => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (body = (body + chunk).slice(0, 300)))
          response.on('end', () =>
            (response.statusCode ?? 500) < 400 ? resolve() : reject(new Error(`it answered ${response.statusCode} ${body}`.trim())),
          )
        })
        request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)))
        request.on('error', reject)
      }),
  }
}
