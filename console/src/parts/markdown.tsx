import { useMemo } from 'react'
import { rendered } from '../lib/markdown.ts'

export const Markdown = ({ text }: { text: string }) => useMemo(() => rendered(text), [text])
