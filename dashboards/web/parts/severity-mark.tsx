const levels: Readonly<Record<string, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

/** Bars and the word: more bars are worse. */
export function SeverityMark({ severity, quiet = false }: { readonly severity: string; readonly quiet?: boolean }) {
  const level = levels[severity] ?? 2;
  return (
    <span class={`severity ${quiet ? 'quiet' : severity}`}>
      <svg viewBox="0 0 15 12" width="15" height="12" aria-hidden="true">
        {[0, 1, 2, 3].map((at) => (
          <rect
            key={at}
            x={at * 4}
            y={9 - at * 3}
            width="3"
            height={3 + at * 3}
            fill="currentColor"
            opacity={at < level ? 1 : 0.22}
          />
        ))}
      </svg>
      {severity}
    </span>
  );
}
