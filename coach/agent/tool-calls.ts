import { InvalidToolInputError, NoSuchToolError } from 'ai'
import { describeError } from '../../model/errors.ts'

const longestQuote = 80

/** A mistake in a tool call, in one line with the start of what the model wrote; `error` is the library's. */
export function toolMistake(error: unknown): string {
  if (NoSuchToolError.isInstance(error)) return `there is no tool '${quoted(error.toolName)}'`
  if (InvalidToolInputError.isInstance(error)) return argumentMistake(error.toolInput, error.cause)
  return quoted(describeError(error), 200)
}

function argumentMistake(json: string, cause: unknown): string {
  let given: unknown
  try {
    given = JSON.parse(json)
  } catch {
    return `its arguments are not valid JSON: ${quoted(json)}`
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return `its arguments are not a JSON object: ${quoted(json)}`
  return `its arguments do not fit: ${issuesOf(cause) ?? quoted(json)}`
}

/** The schema's message about the arguments: zod's issues are the cause of the library's error, or of its cause. */
function issuesOf(cause: unknown): string | null {
  for (let each = cause; each instanceof Error; each = each.cause) {
    if (!('issues' in each) || !Array.isArray(each.issues)) continue
    const issues = each.issues as { path: PropertyKey[]; message: string }[]
    return quoted(issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; '), 200)
  }
  return null
}

/** The arguments of a call as they were meant, if that is clear: an object in a text, as some servers send it, or null for none. */
export function argumentsMeant(json: string): string | null {
  try {
    const outer: unknown = JSON.parse(json)
    const inner: unknown = typeof outer === 'string' ? JSON.parse(outer) : outer
    if (inner === null) return '{}'
    return typeof outer === 'string' && typeof inner === 'object' ? outer : null
  } catch {
    return null
  }
}

/** The notations of calls in models' templates, for servers that do not parse them. */
const marks =
  /<\/?(?:tool_calls?|tools?|function_calls?|function)\b[^<>]*>|<function=|<invoke |\[TOOL_CALLS\]|<\|(?:tool_calls?|tool_calls_section|python_tag|tool▁calls▁begin|action_start)|<｜tool▁calls?▁/i
/** A whole call: its name and its arguments. */
const object = /^\s*(?:```(?:json)?\s*)?\[?\s*\{\s*"(?:name|type|function|tool)"\s*:[^]*"(?:arguments|parameters|input)"\s*:/

/** A tool call that a model has written as text, with its start; null without one. */
export function callInText(text: string): string | null {
  const mark = marks.exec(text)
  if (mark) return quoted(text.slice(mark.index))
  return object.test(text) ? quoted(text) : null
}

function quoted(text: string, longest = longestQuote): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim()
  return plain.length <= longest ? plain : `${plain.slice(0, longest)}…`
}
