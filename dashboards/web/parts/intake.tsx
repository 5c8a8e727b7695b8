import type { IntakeSource } from '../../../common/read-model.ts';
import { count, significant, span } from '../format.ts';

/** How this process reads from the broker, topic by topic. */
export function Intake({ sources }: { readonly sources: readonly IntakeSource[] }) {
  return (
    <table class="plain intake">
      <thead>
        <tr>
          <th scope="col">topic</th>
          <th scope="col" class="number">
            messages/s
          </th>
          <th scope="col" class="number">
            lag
          </th>
          <th scope="col" class="number">
            partitions
          </th>
          <th scope="col" class="number">
            last commit
          </th>
          <th scope="col" class="number">
            rebalances
          </th>
        </tr>
      </thead>
      <tbody>
        {sources.map((source) => (
          <tr key={`${source.role} ${source.source}`} class={source.connected ? undefined : 'alarm'}>
            <th scope="row">
              {source.source}
              {source.role === 'labels' && <small> labels</small>}
              {!source.connected && <span class="flag"> not connected</span>}
            </th>
            <td class="number" data-label="messages/s">
              {significant(source.messagesPerSecond)}
            </td>
            <td class="number" data-label="lag">
              {count(source.lag)}
            </td>
            <td class="number" data-label="partitions">
              {count(source.partitions)}
            </td>
            <td class="number" data-label="last commit">
              {commitText(source)}
            </td>
            <td class="number" data-label="rebalances">
              {count(source.rebalances)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `12 ms, 3 seconds ago` */
function commitText({ lastCommitSeconds, lastCommitAtMs }: IntakeSource): string {
  if (lastCommitSeconds === null || lastCommitAtMs === null) return '–';
  const took =
    lastCommitSeconds < 1 ? `${Math.ceil(lastCommitSeconds * 1000)} ms` : `${lastCommitSeconds.toFixed(1)} s`;
  return `${took}, ${span(Math.max(0, Date.now() - lastCommitAtMs))} ago`;
}
