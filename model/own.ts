/**
 * Lookups by a key that comes from outside: a file, a request, a command somebody typed. Unlike `[]` and `in`, they do not find what every object
 * inherits, such as `constructor` and `__proto__`.
 */

/** Whether the object itself has this key. */
export const isKeyOf = <Of extends object>(of: Of, key: PropertyKey): key is keyof Of => Object.hasOwn(of, key)

/** The object's own value for this key; undefined if it has none. */
export const ownValue = <Value>(of: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined
