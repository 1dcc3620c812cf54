import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { checked } from '../../../model/outside.ts'

/** What every object of a cluster has, beside whatever else. */
export const anyObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: z.record(z.string(), z.string()).optional() }),
})

/** The objects in a file of YAML. Throws `internal`, naming the file, for what is none. */
export const objectsIn = <Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.output<Schema>[] =>
  parseAllDocuments(text).map((document) => checked(schema, document.toJS(), file, 'internal'))
