/** What a fault calls its trigger on the table of orders. */
export const auditTrigger = 'audit_orders'
