import type { DeadLetterGroup } from '../../../common/read-model.ts';
import { bytes, count } from '../format.ts';
import { Empty } from './section.tsx';

export function DeadLetters({ groups }: { readonly groups: readonly DeadLetterGroup[] }) {
  if (groups.length === 0)
    return <Empty>None. A message the contract refuses is kept here as it came, with the reason.</Empty>;
  const most = groups[0]?.count ?? 1;
  return (
    <ul class="letters">
      {groups.map(({ reason, path, count: amount, replayed, example }) => (
        <li key={`${reason} ${path}`}>
          <details>
            <summary>
              <span class="reason">
                {reason.replaceAll('_', ' ')}
                {path !== '' && <code>{path}</code>}
              </span>
              <span class="meter" aria-hidden="true">
                <i style={{ width: `${Math.max(2, (100 * amount) / most)}%` }} />
              </span>
              <b>{count(amount)}</b>
            </summary>
            <p>
              {example.message}
              <small>
                {' '}
                {example.source}, partition {example.partition}, offset {example.offset}
                {example.replayOf !== null && `, a replay of ${example.replayOf}`}
                {replayed > 0 && `; ${count(replayed)} of ${count(amount)} were sent again`}
              </small>
            </p>
            <pre>
              {example.payload}
              {example.payloadBytes > example.payload.length && ` … ${bytes(example.payloadBytes)}`}
            </pre>
          </details>
        </li>
      ))}
    </ul>
  );
}
