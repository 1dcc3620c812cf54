/** Writes YAML documents after validation with Kubernetes's own schema. */
export interface Resource {
  apiVersion: string
  kind: string
  metadata?: { name?: string }
  validate(): void
  toJSON(): unknown
}

/** A file of `deploy/kubernetes`, by its path there. */
export type Manifests = Record<string, string>
