import { useState } from 'preact/hooks';
import type { Backtest, BacktestIncident, BacktestPair, BudgetInForce } from '../../../common/backtest.ts';
import { post } from '../api.ts';
import { brief, comparisonText, count, featureText, moment } from '../format.ts';
import { incidentHref } from '../router.ts';

const dayMs = 86_400_000;
const spans = [
  { days: 30, label: 'the last 30 days' },
  { days: 90, label: 'the last 90 days' },
  { days: Number.POSITIVE_INFINITY, label: 'all that is stored' },
] as const;

interface BudgetProps {
  readonly budget: BudgetInForce;
  /** Event time, ms since 1970; null before the first window. */
  readonly lastWindowEnd: number | null;
}

/** What is in force, and what another budget would have given. */
export function Budget({ budget, lastWindowEnd }: BudgetProps) {
  const [falseAlarms, setFalseAlarms] = useState(String(budget.falseAlarmsPerWeek));
  const [minEffect, setMinEffect] = useState(String(budget.minEffect));
  const [span, setSpan] = useState(0);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [result, setResult] = useState<Backtest>();
  const tryIt = async (): Promise<void> => {
    setBusy(true);
    setTrouble('');
    const days = spans[span]?.days ?? Number.POSITIVE_INFINITY;
    try {
      setResult(
        await post<Backtest>('/backtest', {
          budget: { falseAlarmsPerWeek: Number(falseAlarms), minEffect: Number(minEffect) },
          ...(Number.isFinite(days) && lastWindowEnd !== null ? { from: lastWindowEnd - days * dayMs } : {}),
        }),
      );
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p class="budget-words">
        {falseAlarmsText(budget.falseAlarmsPerWeek)} may come from chance alone; an effect below {budget.minEffect} is
        not worth one. {budget.open.alarms} alarms among {budget.open.of} windows open an incident,{' '}
        {budget.closeAfterQuiet} quiet ones close it.
      </p>
      <form
        class="operate try"
        onSubmit={(event) => {
          event.preventDefault();
          void tryIt();
        }}
      >
        <label>
          False alarms a week{' '}
          <input
            type="number"
            required
            min="0.001"
            step="any"
            value={falseAlarms}
            onInput={(event) => setFalseAlarms(event.currentTarget.value)}
          />
        </label>
        <label>
          Smallest effect{' '}
          <input
            type="number"
            required
            min="0"
            max="1"
            step="any"
            value={minEffect}
            onInput={(event) => setMinEffect(event.currentTarget.value)}
          />
        </label>
        <label>
          Over{' '}
          <select value={span} onChange={(event) => setSpan(Number(event.currentTarget.value))}>
            {spans.map(({ label }, at) => (
              <option key={label} value={at}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={busy || lastWindowEnd === null}>
          {busy ? 'Judging again …' : 'What would have been?'}
        </button>
      </form>
      <div role="status">
        {trouble !== '' && <p class="trouble">{trouble}</p>}
        {result !== undefined && <Tried result={result} />}
      </div>
    </>
  );
}

function falseAlarmsText(aWeek: number): string {
  return `${aWeek} false alarm${aWeek === 1 ? '' : 's'} a week`;
}

function Tried({ result }: { readonly result: Backtest }) {
  const { incidents, alarms, notJudged, budget } = result;
  const of = (side: 'was' | 'now') => incidents.filter((pair) => pair[side] !== null).length;
  return (
    <div class="tried">
      <p>
        With {falseAlarmsText(budget.falseAlarmsPerWeek)} and a smallest effect of {budget.minEffect}, from{' '}
        {moment(result.from)} to {moment(result.to)}: <b>{count(alarms.now)} alarms</b> instead of {count(alarms.was)},{' '}
        <b>{count(of('now'))} incidents</b> instead of {count(of('was'))}. Nothing was changed by this.
      </p>
      {incidents.length > 0 && (
        <table class="plain tried">
          <thead>
            <tr>
              <th scope="col">incident</th>
              <th scope="col">as it was</th>
              <th scope="col">with this budget</th>
            </tr>
          </thead>
          <tbody>
            {incidents.map((pair) => (
              <PairRow key={`${pair.was?.id} ${pair.now?.id}`} pair={pair} />
            ))}
          </tbody>
        </table>
      )}
      {notJudged.length > 0 && (
        <details>
          <summary>{notJudged.length} things could not be judged again, or not always</summary>
          <ul class="hush">
            {notJudged.map(({ comparison, what, judgements, why }) => (
              <li key={`${comparison} ${what} ${why}`}>
                {[comparison === '' ? '' : comparisonText(comparison), featureText(what)].filter(Boolean).join(': ')}
                {judgements === 0 ? '' : `, ${count(judgements)} times`}: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const verdicts = { same: 'the same', 'only-then': 'only then', 'only-now': 'only now' } as const;

function PairRow({ pair: { verdict, was, now } }: { readonly pair: BacktestPair }) {
  const one = (now ?? was) as BacktestIncident;
  return (
    <tr class={verdict}>
      <th scope="row">
        <span class="verdict">{verdicts[verdict]}</span>{' '}
        {was === null ? brief(one.title) : <a href={incidentHref(was.id)}>{brief(one.title)}</a>}
      </th>
      <td data-label="as it was">{was === null ? 'no incident' : <Life incident={was} />}</td>
      <td data-label="with this budget">{now === null ? 'no incident' : <Life incident={now} />}</td>
    </tr>
  );
}

function Life({ incident: { severity, openedAt, closedAt } }: { readonly incident: BacktestIncident }) {
  return (
    <span>
      {severity}, {moment(openedAt)} {closedAt === null ? 'and open' : `– ${moment(closedAt)}`}
    </span>
  );
}
