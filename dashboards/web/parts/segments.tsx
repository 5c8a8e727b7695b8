import type { SegmentView } from '../../../common/read-model.ts';
import { count, featureText, segmentText } from '../format.ts';
import { featureHref } from '../router.ts';
import { Empty } from './section.tsx';

export function Segments({ segments }: { readonly segments: readonly SegmentView[] }) {
  if (segments.length === 0)
    return <Empty>None. Slices named under segments in the pipeline file are judged apart and stand here.</Empty>;
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">segment</th>
          <th scope="col">furthest feature</th>
          <th scope="col" class="number">
            of limit
          </th>
          <th scope="col" class="number">
            events
          </th>
        </tr>
      </thead>
      <tbody>
        {segments.map(({ segment, comparison, windowStart, worstFeature, worstRatio, n, alarms }) => (
          <tr key={`${comparison} ${segment}`} class={alarms > 0 ? 'alarm' : undefined}>
            <th scope="row">
              <a href={featureHref(worstFeature, { comparison, segment, windowStart })}>{segmentText(segment)}</a>
            </th>
            <td>
              {featureText(worstFeature)} <small>{comparison.split(':')[0]}</small>
            </td>
            <td class="number">
              {worstRatio === null ? '–' : worstRatio.toFixed(2)}
              {alarms > 0 && <span class="flag"> alarm</span>}
            </td>
            <td class="number">{count(n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
