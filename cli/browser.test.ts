import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { spawn } from '@lydell/node-pty'
import { RangeState } from '../range/targets/local/state.ts'
import { until } from '../model/until.ts'

const main = path.join(import.meta.dirname, 'main.ts')

test(
  'a browser is handed the link in a page for its owner only: the token is on no command line',
  { skip: process.platform !== 'linux' && 'only on Linux' },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-open-'))
    try {
      const state = new RangeState(path.join(folder, 'range'))
      state.configure({ portBase: 7400 })
      const seen = path.join(folder, 'seen')
      const programs = path.join(folder, 'bin')
      mkdirSync(seen)
      mkdirSync(programs)
      const program = (name: string, script: string) => {
        writeFileSync(path.join(programs, name), `#!/bin/sh\ncd '${seen}'\n${script}\n`)
        chmodSync(path.join(programs, name), 0o755)
      }
      program('xdg-open', `printf '%s\\n' "$@" >arguments; cat /proc/[0-9]*/cmdline >machine; stat -c %a "$1" >mode; cat "$1" >page`)
      // The browser's time to read the page is not waited for here.
      program('sleep', 'echo "$1" >slept')
      const terminal = spawn(process.execPath, [main, 'open', '--dir', state.dir], {
        env: { ...process.env, PATH: `${programs}:${process.env['PATH']}`, DISPLAY: ':0' },
      })
      let printed = ''
      terminal.onData((text) => (printed += text))
      await until('the browser', 60_000, async () => existsSync(path.join(seen, 'slept')), 50)

      const { trainee } = state.config().tokens
      const link = `http://127.0.0.1:7400/login#token=${trainee}`
      const read = (name: string) => readFileSync(path.join(seen, name), 'utf8')
      const [page = '', ...rest] = read('arguments').trim().split('\n')
      assert.deepEqual([path.dirname(page), rest], [state.dir, []])
      assert.ok(read('machine').includes(page), 'what was started is among the programs that were looked at')
      assert.ok(!read('machine').includes(trainee), 'a token is among the arguments of a program')
      assert.equal(read('mode').trim(), '600')
      assert.match(read('page'), new RegExp(`http-equiv="refresh" content="0; url=${RegExp.escape(link)}"`))
      assert.ok(printed.includes(link), printed)
      await until('the page to be removed', 10_000, async () => !existsSync(page), 50)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
