import { STATUS_CODES } from 'node:http'

/** A refusal in Kubernetes's form, so that kubectl shows it. */
export const kubernetesStatus = (code: number, reason: string, message: string): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })

/** The same as a complete HTTP response, for a connection without a server; it is the last on that connection. */
export function kubernetesAnswer(code: number, reason: string, message: string): string {
  const body = kubernetesStatus(code, reason, message)
  const head = [`HTTP/1.1 ${code} ${STATUS_CODES[code]}`, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]
  return `${[...head, 'connection: close'].join('\r\n')}\r\n\r\n${body}`
}
