import { Flame, Menu, Search } from 'lucide-react'
import { memo, Suspense, useEffect, useState } from 'react'
import { NavLink, useLocation } from 'react-router'
import { useDrills, useInCluster } from '../lib/data.ts'
import { later } from '../lib/later.ts'
import { useLive } from '../lib/live.ts'
import { PartBoundary } from './boundary.tsx'
import { CommandPalette } from './command-palette.tsx'
import { PagerBell } from './pager-bell.tsx'
import { paletteKeys } from './palette-keys.ts'
import { icons, placesFor } from './places.ts'
import { useTour } from './tour/first-visit.ts'

/** For most users, once and never again. */
const Tour = later(async () => (await import('./tour/tour.tsx')).Tour)

/** The frame of every page: the menu, whether pages ring, and the range's state. */
export function Shell({ role, children }: { role: string; children: React.ReactNode }) {
  const running = useDrills().data?.running ?? null
  const [menu, setMenu] = useState(false)
  const [palette, setPalette] = useState(false)
  const tour = useTour()
  const { pathname } = useLocation()
  // oxlint-disable-next-line react/set-state-in-effect, react/exhaustive-effect-dependencies -- a menu is closed by any way to another page
  useEffect(() => setMenu(false), [pathname])
  const room = running && `/drills/${running}`
  return (
    <div className="shell with-sidebar">
      <div className="menu-bar">
        <Brand />
        {room && (
          <NavLink to={room} className="room-link">
            Incident
          </NavLink>
        )}
        <button className="icon-button" aria-label="Find anything" onClick={() => setPalette(true)}>
          <Search size={16} />
        </button>
        <button className="icon-button" aria-label="Menu" aria-expanded={menu} aria-controls="sidebar" onClick={() => setMenu(!menu)}>
          <Menu size={16} />
        </button>
      </div>
      <header id="sidebar" className={`sidebar ${menu ? 'open' : ''}`}>
        <Brand />
        <button className="find" onClick={() => setPalette(true)}>
          <Search size={14} /> Find… <kbd>{paletteKeys}</kbd>
        </button>
        <nav aria-label="Main">
          {room && (
            <ul>
              <li>
                <NavLink to={room} end className="room-link">
                  <icons.room size={16} /> Incident room
                </NavLink>
              </li>
            </ul>
          )}
          <Places role={role} />
        </nav>
        <div className="sidebar-foot">
          <PagerBell />
          {!tour.shown && (
            <button className="bell" onClick={tour.begin}>
              Take the tour
            </button>
          )}
          <Connection />
        </div>
      </header>
      <div>
        <Troubles />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      {tour.shown && (
        <Suspense fallback={null}>
          <Tour role={role} onEnd={tour.end} />
        </Suspense>
      )}
      <PartBoundary what="Find anything">
        <CommandPalette role={role} open={palette} onOpenChange={setPalette} />
      </PartBoundary>
    </div>
  )
}

/** Not rendered again when the palette or the menu opens. */
const Places = memo(function Places({ role }: { role: string }) {
  const inCluster = useInCluster().data ?? false
  return placesFor(role, inCluster).map(({ group, places }) => (
    <section key={group} aria-label={group}>
      <h2>{group}</h2>
      <ul>
        {places.map(({ to, title, icon: Icon }) => (
          <li key={to}>
            <NavLink to={to} end={to === '/'}>
              <Icon size={16} /> {title}
            </NavLink>
          </li>
        ))}
      </ul>
    </section>
  ))
})

const Brand = () => (
  <NavLink to="/" className="brand" aria-label="Firedrill">
    <Flame size={18} aria-hidden="true" /> Firedrill
  </NavLink>
)

function Connection() {
  const live = useLive()
  const down = live.components.filter(({ state }) => state === 'exited' || state === 'stopped').length
  const kind = live.connected ? (down > 0 ? 'partly' : '') : 'away'
  return (
    <span className={`connection ${kind}`}>
      {live.connected ? `${live.components.length - down} of ${live.components.length} components up` : 'connecting…'}
    </span>
  )
}

function Troubles() {
  const live = useLive()
  return (
    <>
      {!live.connected && (
        <p className="banner" role="status">
          Not connected to the control plane; retrying. What you see may be out of date.
        </p>
      )}
      {live.troubles.map((trouble) => (
        <p key={trouble} className="banner" role="status">
          {trouble}
        </p>
      ))}
    </>
  )
}
