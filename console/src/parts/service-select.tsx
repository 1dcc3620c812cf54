/** Chooses one service or any. The choice is kept while the list loads, and if the service has no data. */
export function ServiceSelect(props: { value: string; names: readonly string[] | undefined; onChange(name: string): void }) {
  const names = new Set(props.names)
  if (props.value) names.add(props.value)
  return (
    <label>
      Service
      <select value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        <option value="">any</option>
        {[...names].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}
