/** Ways to share or print the debrief of a drill or a shift. */
export const ShareLinks = ({ id, isPrimary = false }: { id: string; isPrimary?: boolean }) => (
  <>
    <a className={isPrimary ? 'button primary' : 'button'} href={`/api/drills/${id}/debrief.html`} download>
      Share: one file (HTML)
    </a>
    <button onClick={() => window.print()}>Print</button>
    <a className="button" href={`/api/drills/${id}/postmortem.md`} download>
      Postmortem (Markdown)
    </a>
    <a className="button" href={`/api/drills/${id}/postmortem.zip`} download>
      Postmortem with graphs (zip)
    </a>
  </>
)
