import { isDeepStrictEqual } from 'node:util'
import { flagInWords, readFlags, type FlagDefinitions } from '../../shop/flag-format.ts'
import { flagsOf } from '../flags.ts'
import { defineResource, listed } from './resource.ts'

/** With the log of changes: one trainee's changes would be a hint for the next. */
export const featureFlags = defineResource<{ text: string; flags: FlagDefinitions; changes: number }>({
  id: 'feature-flags',
  title: 'the feature flags',
  isOn: (range) => range.flags !== null,
  async read(range) {
    const [text, history] = await Promise.all([flagsOf(range).read(), flagsOf(range).history()])
    return { text, flags: readFlags(text), changes: history.length }
  },
  differs({ text, flags, changes }, range) {
    const baseline = flagsOf(range).baseline()
    if (text === baseline && changes === 0) return null
    const fresh = readFlags(baseline)
    const other = [...new Set([...Object.keys(fresh), ...Object.keys(flags)])].filter((key) => !isDeepStrictEqual(fresh[key], flags[key]))
    const told = other.map((key) => (flags[key] ? `${key} is ${flagInWords(flags[key])}` : `${key} is missing`))
    return listed(told) ?? `the file was changed (${changes} changes)`
  },
  restore: (range) => flagsOf(range).reset(),
  print: ({ flags }) => flags,
})
