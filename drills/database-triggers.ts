/** The name of a fault's trigger on the table of orders. */
export const auditTrigger = 'audit_orders'
