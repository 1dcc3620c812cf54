import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { paperContext } from '../../control/replay/paper-context.ts'
import { filesHere } from '../../shell/log-view.ts'
import { serveOperator } from '../../shell/operator/serve.ts'
import { shopSeen } from '../../shell/operator/shop.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { Shells, type Owner, type Told } from '../../shell/shells.ts'

/** Texts that must never be readable in a jail. */
const secrets = { instructor: 'token-of-the-instructor', service: 'token-of-the-range', answer: 'the-answer-is-orders' } as const

/** Terminals of a range that consists only of its folder, with secrets in it, and one that runs commands in it. */
export class Jailed implements AsyncDisposable {
  readonly dir: string
  readonly owner: Owner = { key: 'somebody', token: 'token-of-the-trainee' }
  readonly told: Told[] = []
  readonly shells: Shells
  /** A log that may be read. */
  readonly log: string

  constructor({ dir = mkdtempSync(path.join(tmpdir(), 'firedrill-jailed-')) } = {}) {
    const root = path.join(import.meta.dirname, '..', '..')
    this.dir = dir
    this.log = path.join(dir, 'orders.log')
    writeFileSync(path.join(this.dir, 'range.json'), JSON.stringify(secrets), { mode: 0o600 })
    writeFileSync(this.log, '{"msg":"an order"}\n', { mode: 0o600 })
    const paper = paperContext(this.dir, root, 30)
    this.shells = new Shells({
      context: paper,
      logs: [filesHere([{ service: 'orders', file: this.log }])],
      operate: (socket) => serveOperator(socket, () => shopSeen(paper)),
      hidden: [root, this.dir],
      cache: null,
      trouble: jailTrouble,
      onCommand: (told) => void this.told.push(told),
    })
  }

  /** The output of a command, and its exit status. */
  async run(command: string, timeoutSeconds = 20): Promise<{ output: string; status: number }> {
    return this.shells.run(this.owner, command, timeoutSeconds)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shells[Symbol.asyncDispose]()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
