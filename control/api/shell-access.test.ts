import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { FiredrillError } from '../../model/errors.ts'
import { Session, type Watcher } from '../../shell/session.ts'
import type { OpenShell, Owner, Shells } from '../../shell/shells.ts'
import { GameDays } from '../game-days.ts'
import { memberKey, People } from '../people.ts'
import { EngineBench, scenarios } from '../replay/engine-bench.ts'
import { paperContext, paperTokens } from '../replay/paper-context.ts'
import { projectRoot } from '../paths.ts'
import { shellAccess } from './shell-access.ts'

/** A request by a game-day member, or with a token of the range. Safe: only these properties are read. */
const request = (person: string | null, role = 'trainee') => ({ headers: {}, person, role }) as unknown as FastifyRequest
const trainee = request(null)
const instructor = request(null, 'instructor')

/** A game day with two people, and terminals for different owners. */
class Bench implements Disposable {
  readonly #engine = new EngineBench()
  readonly #open = new Map<string, OpenShell>()
  readonly robin: FastifyRequest
  readonly sam: FastifyRequest
  readonly tokens: { robin: string }
  readonly access

  constructor() {
    const gameDays = new GameDays(this.#engine.ledger, this.#engine.engine, scenarios)
    const { code } = gameDays.plan('Friday', ['slow-shelves'], 'learning')
    const [robin, sam] = ['Robin', 'Sam'].map((name) => gameDays.join(code, name, 'operations').person)
    this.tokens = { robin: robin ?? '' }
    this.robin = request(robin ?? '')
    this.sam = request(sam ?? '')
    const shell = (id: string): OpenShell => {
      const found = this.#open.get(id)
      if (!found) throw new FiredrillError('not-found', 'this terminal has ended: open another')
      return found
    }
    this.access = shellAccess({
      context: paperContext(this.#engine.dir, projectRoot, 30),
      people: new People(gameDays),
      // Safe: only these methods are used.
      shells: { shell } as unknown as Shells,
    })
  }
  open(owner: Owner): OpenShell {
    const session = new Session({ file: '/bin/cat', args: [], env: {} }, { cols: 90, rows: 25 }, () => {})
    const shell = { id: `${this.#open.size + 1}`, owner, openedAt: 1_000, session }
    this.#open.set(shell.id, shell)
    return shell
  }
  [Symbol.dispose](): void {
    for (const { session } of this.#open.values()) session.end('enough')
    this.#engine[Symbol.dispose]()
  }
}
const watcher = (name: string): Watcher => ({ name, print() {}, skip() {}, buffered: () => 0, keyboard() {}, ended() {} })

describe('a terminal', () => {
  test('belongs to the member who opens it with their own token, and otherwise to the token’s role', () => {
    using bench = new Bench()
    const { ownerOf } = bench.access
    assert.deepEqual(ownerOf(bench.robin), {
      key: memberKey('Robin'),
      by: { name: 'Robin', role: 'operations' },
      token: bench.tokens.robin,
    })
    assert.deepEqual(ownerOf(trainee), { key: 'trainee', by: undefined, token: paperTokens.trainee })
    assert.deepEqual(ownerOf(instructor), { key: 'instructor', by: undefined, token: paperTokens.trainee })
  })

  test('is visible to its owner, the instructor and the team, and to nobody else', () => {
    using bench = new Bench()
    const { ownerOf, maySee, shellFor, isOwn } = bench.access
    const seenBy = (shell: OpenShell) => [bench.robin, bench.sam, trainee, instructor].map((who) => maySee(who, shell))
    const robins = bench.open(ownerOf(bench.robin))
    assert.deepEqual(seenBy(robins), [true, true, false, true])
    assert.deepEqual(seenBy(bench.open(ownerOf(trainee))), [true, true, true, true])
    assert.deepEqual([isOwn(bench.robin, robins), isOwn(bench.sam, robins), isOwn(instructor, robins)], [true, false, false])
    assert.equal(shellFor(bench.sam, robins.id), robins)
    const ended = { code: 'not-found', message: 'this terminal has ended: open another' }
    assert.throws(() => shellFor(trainee, robins.id), ended, 'whether it is there is not told')
    assert.throws(() => shellFor(bench.robin, 'none'), ended)
  })

  test('accepts input from its owner, and from the person who has been given the keyboard', () => {
    using bench = new Bench()
    const { ownerOf, mayType, told } = bench.access
    const robins = bench.open(ownerOf(bench.robin))
    const typing = () => [bench.robin, bench.sam, instructor].map((who) => mayType(who, robins))
    assert.deepEqual(typing(), [true, false, false])
    assert.equal(told(bench.robin, robins).typist, null)
    robins.session.watch(watcher(memberKey('Sam')), 0)
    assert.ok(robins.session.handOver({ name: memberKey('Sam') }))
    assert.deepEqual(typing(), [true, true, false])
    assert.equal(told(bench.robin, robins).typist, memberKey('Sam'))
  })

  test('is listed with what the viewer may do, and for its owner with who else watches', () => {
    using bench = new Bench()
    const { ownerOf, told } = bench.access
    const robins = bench.open(ownerOf(bench.robin))
    for (const name of [memberKey('Robin'), 'instructor']) robins.session.watch(watcher(name), 0)
    const common = { id: '1', owner: memberKey('Robin'), openedAt: 1_000, cols: 90, rows: 25, watchers: 2, watchedBy: ['instructor'] }
    const rest = { typist: null, recorded: false }
    assert.deepEqual(told(bench.robin, robins), { ...common, ...rest, mayType: true, isOwn: true })
    assert.deepEqual(told(bench.sam, robins), { ...common, ...rest, mayType: false, isOwn: false })
  })
})
