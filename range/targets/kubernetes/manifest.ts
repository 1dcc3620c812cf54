import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { checked } from '../../../model/outside.ts'

/** What every object of a cluster has. */
export const anyObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: z.record(z.string(), z.string()).optional() }),
})

/** The objects in a YAML file. Throws `internal`, naming the file, if a document is not an object. */
export const objectsIn = <Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.output<Schema>[] =>
  parseAllDocuments(text).map((document) => checked(schema, document.toJS(), file, 'internal'))
