import { Fragment, type ReactNode } from 'react'

/** The little Markdown that stories, debriefs and runbooks use: headings, lists, emphasis, code. No HTML passes through. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      {blocks(text).map((block, index) => (
        <Fragment key={index}>{render(block)}</Fragment>
      ))}
    </div>
  )
}

const blocks = (text: string): string[] =>
  text
    .trim()
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')

function render(block: string): ReactNode {
  const heading = /^(#{1,3}) (.+)$/.exec(block)
  if (heading) return heading[1]?.length === 1 ? <h1>{inline(heading[2] ?? '')}</h1> : <h2>{inline(heading[2] ?? '')}</h2>
  const items = (marker: RegExp) =>
    block
      .split(/\n(?=\s*(?:-|\d+\.) )/)
      .map((item) => item.replace(marker, ''))
      .map((item) => <li key={item}>{inline(item)}</li>)
  if (block.startsWith('- ')) return <ul>{items(/^- /)}</ul>
  if (/^\d+\. /.test(block)) return <ol>{items(/^\d+\. /)}</ol>
  return <p>{inline(block)}</p>
}

function inline(text: string): ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/).map((part, index) => {
    if (part.startsWith('**')) return <strong key={index}>{part.slice(2, -2)}</strong>
    if (part.startsWith('*') && part.length > 2) return <em key={index}>{part.slice(1, -1)}</em>
    if (part.startsWith('`')) return <code key={index}>{part.slice(1, -1)}</code>
    return part
  })
}
