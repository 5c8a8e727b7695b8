import { useState } from 'preact/hooks';
import type { Incident } from '../../../common/read-model.ts';
import { post } from '../api.ts';

const actions = [
  { name: 'acknowledge', label: 'Acknowledge', says: 'You look at it' },
  { name: 'snooze', label: 'Snooze 24 h', says: 'No actions for a day of event time' },
  { name: 'close', label: 'Close', says: 'It is over; the same alarms open nothing until they were quiet' },
] as const;

/** What an operator can do about an open incident. */
export function IncidentActions({ incident }: { readonly incident: Incident }) {
  const [note, setNote] = useState('');
  const [outcome, setOutcome] = useState('');
  const [busy, setBusy] = useState(false);
  if (incident.state === 'closed') return null;
  const run = async (name: string): Promise<void> => {
    setBusy(true);
    try {
      await post(`/incidents/${encodeURIComponent(incident.id)}/${name}`, {
        note,
        ...(name === 'snooze' ? { duration: '24h' } : {}),
      });
      setOutcome('Done.');
      setNote('');
    } catch (error) {
      setOutcome(`Not done: ${error instanceof Error ? error.message : error}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="operate">
      <label>
        Note{' '}
        <input
          value={note}
          maxLength={2000}
          placeholder="why, for the log"
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      {actions.map(({ name, label, says }) => (
        <button type="button" key={name} title={says} disabled={busy} onClick={() => void run(name)}>
          {label}
        </button>
      ))}
      <span role="status">{outcome}</span>
    </div>
  );
}
