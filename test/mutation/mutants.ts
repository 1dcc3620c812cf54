import { parseSync } from 'vite'

/** One small change of a source file, which should make at least one test fail. */
export interface Mutant {
  file: string
  line: number
  start: number
  end: number
  /** The original code, and its replacement. */
  from: string
  to: string
}

interface Node extends Record<string, unknown> {
  type: string
  start: number
  end: number
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const swapped: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
}
/** Methods that are easily mistaken for each other. */
const methods: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  find: 'findLast',
  findLast: 'find',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  floor: 'ceil',
  ceil: 'floor',
}

type Put = (node: { start: number; end: number }, to: string) => void
type Make = (node: Node, source: string, put: Put) => void

const textOf = (source: string, node: unknown): string => (isNode(node) ? source.slice(node.start, node.end) : '')
const negate: Make = ({ test }, source, put) => isNode(test) && put(test, `!(${textOf(source, test)})`)
const swap: Make = ({ left, right, operator }, source, put) => {
  if (!isNode(left) || !isNode(right)) return
  const between = { start: left.end, end: right.start }
  const other = swapped[String(operator)]
  // It only concatenates texts.
  const isText = operator === '+' && [left, right].some((side) => /^['"`]/.test(textOf(source, side)))
  if (other !== undefined && !isText) put(between, source.slice(between.start, between.end).replace(String(operator), other))
  if (operator === '??') put({ start: left.end, end: right.end }, '')
}
/** Returns nothing instead, which a caller should notice. */
const returnNothing: Make = ({ argument }, _source, put) => isNode(argument) && put(argument, 'undefined')

/** The changes for each kind of node. */
const makers: Readonly<Record<string, Make>> = {
  IfStatement: negate,
  ConditionalExpression: negate,
  WhileStatement: negate,
  BinaryExpression: swap,
  LogicalExpression: swap,
  ReturnStatement: returnNothing,
  UnaryExpression({ start, argument, operator }, _source, put) {
    if (operator === '!' && isNode(argument)) put({ start, end: argument.start }, '')
  },
  Literal(node, _source, put) {
    if (typeof node['value'] === 'boolean') put(node, String(!node['value']))
    if (typeof node['value'] === 'number') put(node, String(node['value'] + 1))
  },
  MemberExpression({ property }, source, put) {
    const other = Object.hasOwn(methods, textOf(source, property)) ? methods[textOf(source, property)] : undefined
    if (isNode(property) && other !== undefined) put(property, other)
  },
  /** A call whose result is not used, and an assignment. */
  ExpressionStatement(node, source, put) {
    const text = textOf(source, node['expression'])
    const isCall = isNode(node['expression']) && /^(Call|Await|Assignment|Update)Expression$/.test(node['expression'].type)
    // Log messages are for people; `super` has to be called.
    if (isCall && !/^(process\.std|super\b)/.test(text)) put(node, 'void 0')
  },
}

/** Code without effect at run time. */
const isInert = ({ type }: Node): boolean =>
  /^(Import|ExportAll)/.test(type) || (type.startsWith('TS') && !/^TS(As|NonNull|Satisfies)Expression$/.test(type))

/** Every mutant of a file, in file order. */
export function mutantsIn(file: string, source: string): Mutant[] {
  const mutants: Mutant[] = []
  const put: Put = ({ start, end }, to) => {
    const line = source.slice(0, start).split('\n').length
    mutants.push({ file, line, start, end, from: source.slice(start, end), to })
  }
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (!isNode(value) || isInert(value)) return
    makers[value.type]?.(value, source, put)
    for (const [key, child] of Object.entries(value)) if (key !== 'parent') visit(child)
  }
  const { program, errors } = parseSync(file, source)
  if (errors[0]) throw new Error(`${file} cannot be parsed: ${errors[0].message}`)
  visit(program.body)
  return mutants
}

/** A file with one of its mutants in it. */
export const withMutant = (source: string, { start, end, to }: Mutant): string => source.slice(0, start) + to + source.slice(end)
