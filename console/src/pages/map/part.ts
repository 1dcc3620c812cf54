/** A component, as in the topology. */
export interface Part {
  name: string
  title: string
  role: string
  calls: readonly string[]
}

/** The parts that are drawn: the shop and its users. A proxy is shown with its service. */
export const isOfShop = ({ role }: Pick<Part, 'role'>): boolean => ['service', 'datastore', 'load'].includes(role)
