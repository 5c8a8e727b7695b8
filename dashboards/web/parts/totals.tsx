import type { Summary } from '../../../common/read-model.ts';
import { count, moment, percent, shortCount, span } from '../format.ts';

/** Running totals in one row, as in a ledger. */
export function Totals({ summary }: { readonly summary: Summary | undefined }) {
  if (summary === undefined) return <div class="totals" />;
  const { totals, eventTime, eventsPerSecond, lastCommitAt } = summary;
  const share = (part: number) => (totals.read === 0 ? '' : percent(part / totals.read));
  return (
    <dl class="totals" aria-label="Running totals">
      <Figure name="read" value={count(totals.read)} note={rateText(eventsPerSecond, lastCommitAt)} />
      <Figure name="valid" value={count(totals.valid)} note={share(totals.valid)} />
      <Figure name="coerced" value={count(totals.coerced)} note={share(totals.coerced)} />
      <Figure
        name="flagged"
        value={count(totals.flagged)}
        note={flaggedNote(share(totals.flagged), totals.duplicates)}
      />
      <Figure name="rejected" value={count(totals.rejected)} note={share(totals.rejected)} />
      <Figure
        name="event time"
        value={eventTime === null ? '–' : moment(eventTime)}
        note={lagText(eventTime, lastCommitAt)}
        wide
      />
    </dl>
  );
}

function flaggedNote(share: string, duplicates: number): string {
  return duplicates === 0 ? share : `${share}, ${shortCount(duplicates)} duplicates`;
}

function rateText(eventsPerSecond: number | null, lastCommitAt: number | null): string {
  if (lastCommitAt === null) return 'nothing stored yet';
  const idleMs = Date.now() - lastCommitAt;
  if (idleMs > 60_000) return `the last ${span(idleMs)} ago`;
  return eventsPerSecond === null ? '' : `${shortCount(Math.round(eventsPerSecond))} a second`;
}

/** How far event time is behind the clock; a replay of history is years behind on purpose. */
function lagText(eventTime: number | null, lastCommitAt: number | null): string {
  if (eventTime === null || lastCommitAt === null) return '';
  const lagMs = lastCommitAt - eventTime;
  if (lagMs > 30 * 86_400_000) return 'history is read';
  return lagMs > 1000 ? `${span(lagMs)} behind the clock` : 'up to the clock';
}

function Figure({
  name,
  value,
  note,
  wide,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly wide?: boolean;
}) {
  return (
    <div class={wide ? 'wide' : undefined}>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <small>{note}</small>
      </dd>
    </div>
  );
}
