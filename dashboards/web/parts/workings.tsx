import { useState } from 'preact/hooks';
import type { ExplainedJudgement } from '../../../common/explained.ts';
import type { Judgement } from '../../../common/read-model.ts';
import { Histogram } from '../charts/histogram.tsx';
import { useResource } from '../use-resource.ts';

export interface WorkingsProps {
  readonly judgement: Judgement;
  /** Both sides are drawn elsewhere. */
  readonly drawn: boolean;
}

/** The rule with this judgement's numbers: worked out again by the server when somebody opens it. */
export function Workings({ judgement, drawn }: WorkingsProps) {
  const { comparison, feature, segment, windowStart } = judgement;
  const [opened, setOpened] = useState(false);
  const query = new URLSearchParams({ comparison, feature, segment, windowStart: String(windowStart) });
  const { data, error } = useResource<ExplainedJudgement>(opened ? `/explain?${query}` : undefined, ['judged']);
  return (
    <details onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>With its numbers: budget, null, limit, p-value</summary>
      {error !== undefined && <p class="trouble">{error}</p>}
      {opened && data === undefined && error === undefined && <p class="hush">Working it out …</p>}
      {data !== undefined && (
        <div class="workings">
          {data.notes.map((note) => (
            <p key={note} class="hush">
              {note}
            </p>
          ))}
          {!drawn && data.histogram !== null && <Histogram data={data.histogram} />}
          {data.workings.map(({ title, lines }) => (
            <section key={title} aria-label={title}>
              <h4>{title}</h4>
              <ul>
                {lines.map((line) => (
                  <li key={line}>{line.replace(/ {2,}/g, ' ').trim()}</li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </details>
  );
}
