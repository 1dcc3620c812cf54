import { z } from 'zod'

/** One route of the control plane: its input and its answer. */
export interface Route {
  /** Path parameters that are not plain text. */
  params?: z.ZodObject
  query?: z.ZodType
  body?: z.ZodType
  /** JSON, or text of type `media`. It has no transforms: what is parsed equals what was sent. */
  answer: z.ZodType
  /** HTTP status of the answer; 200 by default. */
  status?: 200 | 201
  /** Content type of an answer that is not JSON. */
  media?: string
}

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const
export type Method = (typeof methods)[number]
/** Routes by method and path, whose parameters are written as `:id`. */
export type RouteTable = Readonly<Record<`${Method} /${string}`, Route>>

/** For routes that answer only that it was done. */
export const done = z.object({})

/** A schema of exactly this type: the compiler refuses one that differs. For types in files that the console loads, which must not load schemas. */
export const exactly =
  <Type>() =>
  <Schema extends z.ZodType>(schema: Schema & (Same<z.output<Schema>, Type> extends true ? unknown : 'differs from the type')): Schema =>
    schema
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? [keyof A] extends [keyof B]
      ? [keyof B] extends [keyof A]
        ? true
        : false
      : false
    : false
  : false
