import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { DrillEvent } from '../model/drill.ts'
import { Coach } from './coach.ts'
import type { DrillEngine } from './drill-engine.ts'
import type { Ledger } from './ledger.ts'

test('a model that cannot be opened: the author answers, and an event says why', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'coach-'))
  writeFileSync(path.join(dir, 'coach.json'), '{"provider":"openai-compatible","url":"nowhere"}')
  const noted: { type: string; why?: string; words?: string }[] = []
  const live = new EventEmitter()
  const state = { phase: 'running', coach: 'auto', milestones: { acknowledged: null }, hints: [] }
  // Safe: what the coach does here needs no more of an engine.
  const engine = {
    live,
    running: () => state,
    coaching: { note: (event: (typeof noted)[number]) => noted.push(event) },
  } as unknown as DrillEngine
  const coach = new Coach({ dir, engine, ledger: {} as Ledger, scenarios: new Map() })
  try {
    live.emit('event', { type: 'coach-asked', id: 7, text: 'Is it raining?' } as unknown as DrillEvent)
    await coach.settled()
    assert.deepEqual(
      noted.map(({ type, words }) => words ?? type),
      ['coach-fell-back', 'author'],
    )
    assert.match(noted[0]?.why ?? '', /^the model cannot be opened: .*coach\.json.*'firedrill coach use'/s)
  } finally {
    coach[Symbol.dispose]()
    rmSync(dir, { recursive: true })
  }
})
