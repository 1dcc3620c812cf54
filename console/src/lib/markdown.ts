import { compiler, type MarkdownToJSX } from 'markdown-to-jsx/react'
import { createElement, type AnchorHTMLAttributes, type ReactNode } from 'react'

const heading = (level: 'h1' | 'h2') => ({ component: level, props: { id: undefined } })

const options: MarkdownToJSX.Options = {
  // Texts come with packs, too: HTML in them is escaped.
  disableParsingRawHTML: true,
  forceBlock: true,
  forceWrapper: true,
  wrapper: Prose,
  // A page may show several texts, so headings have no ids.
  overrides: { a: Link, h1: heading('h1'), h2: heading('h2'), h3: heading('h2') },
}

/** Renders stories, debriefs and runbooks. No HTML passes through. */
export const rendered = (text: string): ReactNode => compiler(text.trim(), options)

function Prose({ children }: { children?: ReactNode }): ReactNode {
  return createElement('div', { className: 'prose' }, children)
}

/** Links to other sites open in a new tab: a drill may be running in this one. */
function Link({ href = '', children }: AnchorHTMLAttributes<HTMLAnchorElement>): ReactNode {
  const beside = /^https?:/.test(href) ? { target: '_blank', rel: 'noreferrer' } : {}
  return createElement('a', { href, ...beside }, children)
}
