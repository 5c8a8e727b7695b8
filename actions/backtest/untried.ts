import type { ContractMark } from '../../common/contract-mark.ts';
import { formatDuration } from '../../common/duration.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { NotJudged } from './judgeable.ts';
import type { StoredPanes } from './ports.ts';

/** A changed contract would have refused, flagged and read other events: what it counted is stored, the events are not read again. */
export function untriedContract(
  stored: ContractMark | undefined,
  tried: ContractMark | undefined,
): readonly NotJudged[] {
  if (stored === undefined || tried === undefined || stored.hash === tried.hash) return [];
  const nameOf = ({ name, version }: ContractMark): string => `${name} ${version}`;
  const both = nameOf(stored) === nameOf(tried) ? nameOf(tried) : `${nameOf(tried)}, which was ${nameOf(stored)}`;
  return [
    {
      comparison: '',
      what: 'contract',
      why: `it differs from the one that events were judged with (${both}): verdicts and panes are as they were`,
    },
  ];
}

/** Panes of another length than those that are stored. */
export function untriedPanes(
  { windows, segments }: PipelineConfig,
  stored: readonly StoredPanes[],
): readonly NotJudged[] {
  const longest = (ofSegments: boolean): number =>
    Math.max(0, ...stored.filter((one) => one.segments === ofSegments).map(({ paneMs }) => paneMs));
  const whole = longest(false);
  const sliced = longest(true);
  const asked = Math.max(0, ...segments.map(({ pane }) => pane ?? windows.pane));
  const untried = (what: string, wantedMs: number, storedMs: number): NotJudged[] =>
    storedMs === 0 || wantedMs === 0 || wantedMs === storedMs
      ? []
      : [
          {
            comparison: '',
            what,
            why: `panes of ${formatDuration(storedMs)} are stored: ${formatDuration(wantedMs)} is not tried`,
          },
        ];
  return [...untried('windows.pane', windows.pane, whole), ...untried('segments.pane', asked, sliced)];
}
