import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { rendered } from './markdown.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
const html = (text: string): string => renderToStaticMarkup(createElement('main', null, rendered(text)))

test('links, lists, quotations, emphasis and code are shown as what they are', () => {
  const text = `## What happened

It was *slow* and **late**: \`select 1\`. See [the report](https://example.com/a_b_c) and [the graphs](/dashboards).

- one
- two, over
  two lines

1. first
2. second

> Quiet so far.
>
> And later, too.

\`\`\`sh
firedrill up
\`\`\``
  const shown = html(text)
  for (const part of [
    '<h2>What happened</h2>',
    '<em>slow</em> and <strong>late</strong>: <code>select 1</code>',
    '<a href="https://example.com/a_b_c" target="_blank" rel="noreferrer">the report</a>',
    '<a href="/dashboards">the graphs</a>',
    '<blockquote><p>Quiet so far.</p><p>And later, too.</p></blockquote>',
  ])
    assert.ok(shown.includes(part), `${part} in ${shown}`)
  assert.match(shown, /<ul><li>one<\/li><li>two, over\s+two lines<\/li><\/ul>/)
  assert.match(shown, /<ol[^>]*><li>first<\/li><li>second<\/li><\/ol>/)
  assert.match(shown, /<pre><code[^>]*>firedrill up/)
})

test('no text of a user becomes part of the page’s HTML', () => {
  const shown = html('A <script>alert(1)</script> and <img src=x onerror=alert(1)>, [here](javascript:alert(1)).')
  assert.ok(!/<script|<img|href="javascript/.test(shown), shown)
  assert.match(shown, /&lt;script&gt;/)
})

test('no text of a scenario, a shift or a runbook has Markdown that is not supported', () => {
  const files = globSync('{scenarios,shifts}/*/*.md', { cwd: root }).concat(
    globSync('**/runbooks/*.md', { cwd: root, exclude: ['node_modules/**'] }),
  )
  assert.ok(files.length > 200, `${files.length} texts`)
  for (const file of files) {
    const shown = html(readFileSync(path.join(root, file), 'utf8'))
    const text = shown.replaceAll(/<code[^>]*>[^]*?<\/code>/g, '').replaceAll(/<[^>]+>/g, ' ')
    const left = /\]\(|\*\*|^#{1,6} |(?<!\w)`|\|\s*-{3}/m.exec(text)
    assert.equal(left, null, `${file}: ${text.slice(Math.max(0, (left?.index ?? 0) - 40), (left?.index ?? 0) + 60)}`)
  }
})
