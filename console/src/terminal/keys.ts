/** The key that opens and closes the dock, as in editors: the one left of 1. */
export const toggleKeys = 'Ctrl `'

export const isToggle = ({ ctrlKey, altKey, metaKey, code }: Pick<KeyboardEvent, 'ctrlKey' | 'altKey' | 'metaKey' | 'code'>): boolean =>
  ctrlKey && !altKey && !metaKey && code === 'Backquote'
