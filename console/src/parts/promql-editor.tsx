import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { PromQLExtension } from '@prometheus-io/codemirror-promql'
import { useEffect, useLayoutEffect, useRef } from 'react'

interface Props {
  value: string
  /** Called on Enter, or when the field loses focus. */
  onRun(query: string): void
}

/** A PromQL editor, with completion and checks by this Prometheus's metrics. */
export function PromqlEditor({ value, onRun }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const run = useRef(onRun)
  const first = useRef(value)
  useLayoutEffect(() => {
    run.current = onRun
  })
  useEffect(() => {
    if (!host.current) return
    const promql = new PromQLExtension().setComplete({ remote: { url: '', apiPrefix: '/api/prometheus', httpMethod: 'GET' } })
    const submit = (editor: EditorView): boolean => {
      run.current(editor.state.doc.toString())
      return true
    }
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          // Enter runs the query, unless a completion is open; Shift and Enter begin a new line.
          keymap.of([...completionKeymap]),
          Prec.low(keymap.of([{ key: 'Enter', run: submit }])),
          keymap.of([...closeBracketsKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap.filter(({ key }) => key !== 'Enter')]),
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          // Colours are from the style sheet, for light and for dark.
          syntaxHighlighting(classHighlighter),
          placeholder('PromQL, such as rate(http_requests_total[1m])'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'PromQL query' }),
          promql.asExtension(),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
    // Created once: the editor owns its text.
  }, [])
  useEffect(() => {
    const editor = view.current
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
    }
  }, [value])
  return (
    <div className="promql">
      <div ref={host} className="editor" />
      <button className="primary" onClick={() => view.current && run.current(view.current.state.doc.toString())}>
        Run
      </button>
    </div>
  )
}
