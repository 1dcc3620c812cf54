import type { ITheme } from '@xterm/xterm'

/** From the console's tokens, so that it is as readable in both themes as everything else. */
const tokens = {
  background: '--surface',
  foreground: '--ink',
  cursor: '--accent',
  cursorAccent: '--surface',
  selectionBackground: '--accent-ground',
  black: '--line',
  red: '--bad',
  green: '--good',
  yellow: '--warn',
  blue: '--accent',
  magenta: '--series-4',
  cyan: '--series-7',
  white: '--quiet',
  brightBlack: '--quiet',
  brightRed: '--ember',
  brightGreen: '--series-3',
  brightYellow: '--series-5',
  brightBlue: '--series-1',
  brightMagenta: '--series-8',
  brightCyan: '--series-7',
  brightWhite: '--ink',
} as const satisfies Partial<Record<keyof ITheme, string>>

/** The current colours; read from an element, because a token is a choice between two until it is used. */
export function currentTheme(within: HTMLElement): ITheme {
  const probe = document.createElement('span')
  within.append(probe)
  const theme = Object.fromEntries(
    Object.entries(tokens).map(([name, token]) => {
      probe.style.color = `var(${token})`
      return [name, getComputedStyle(probe).color]
    }),
  )
  probe.remove()
  return theme
}
