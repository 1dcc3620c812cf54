import { jsonSchemaTransform } from 'fastify-type-provider-zod'

/** A route's schemas in OpenAPI. Answers may get more fields in later versions, so their objects are open. */
export const openApiTransform: typeof jsonSchemaTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route)
  return { schema: schema?.response ? { ...schema, response: opened(schema.response) } : schema, url }
}

function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(([name, value]) => !(name === 'additionalProperties' && value === false))
  return Object.fromEntries(entries.map(([name, value]) => [name, opened(value)]))
}
