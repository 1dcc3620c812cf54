/** A component as the topology has it. */
export interface Part {
  name: string
  title: string
  role: string
  calls: readonly string[]
}

/** What is drawn of the range: the shop and who uses it. A proxy is told with its service. */
export const isOfShop = ({ role }: Pick<Part, 'role'>): boolean => ['service', 'datastore', 'load'].includes(role)
