import type { Command } from 'commander';
import type { Incident } from '../../actions/incidents/incident.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { command, printJson, printText, table } from '../output.ts';
import { withBase } from '../runtime/with-base.ts';

interface Options {
  readonly json: boolean;
  readonly open: boolean;
}

export function addIncidentsCommand(program: Command): void {
  program
    .command('incidents')
    .description('what is wrong, where, since when, and what was done about it')
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .argument('[id]', 'one incident with its whole log; the beginning of an id is enough')
    .option('--open', 'only those that are open', false)
    .option('--json', 'print JSON', false)
    .action(
      command<[string, string | undefined, Options]>(
        (_, __, { json }) => json,
        (pipeline, id, { json, open }) =>
          withBase(pipeline, async ({ store }) => {
            const rows = await store.query<{ incident_id: string; seq: string; kind: string; state: string }>(
              `SELECT incident_id, seq, kind, state FROM \`${store.database}\`.incident_log FINAL ORDER BY incident_id, seq`,
            );
            const log = rows.map((row) => ({
              seq: Number(row.seq),
              kind: row.kind,
              incident: JSON.parse(row.state) as Incident,
            }));
            if (id !== undefined) {
              const own = log.filter(({ incident }) => incident.id.startsWith(id));
              if (own.length === 0) {
                throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no incident ${id}`, {
                  cure: 'Leave the id out to list them',
                });
              }
              if (json) printJson({ incident: own.at(-1)?.incident, log: own });
              else
                printText(
                  own
                    .map(
                      ({ kind, incident }) =>
                        `${day(incident.updatedAt)}  ${kind.padEnd(12)} ${incident.title}${becauseOf(kind, incident)}`,
                    )
                    .join('\n'),
                );
              return 0;
            }
            const latest = new Map(log.map(({ incident }) => [incident.id, incident]));
            const shown = [...latest.values()]
              .filter(({ status }) => !open || status === 'open')
              .sort((a, b) => b.openedAt - a.openedAt);
            if (json) printJson({ incidents: shown });
            else if (shown.length === 0) printText(open ? 'no incident is open' : 'there was no incident');
            else {
              const cells = shown.map((one) => [
                one.id.slice(0, 8),
                day(one.openedAt),
                one.closedAt === null ? 'open' : day(one.closedAt),
                one.severity,
                one.title,
              ]);
              printText(table([['id', 'opened', 'closed', 'severity', 'what'], ...cells]));
            }
            return 0;
          }),
      ),
    );
}

function becauseOf(kind: string, { closedBecause }: Incident): string {
  return kind === 'closed' && closedBecause !== undefined ? `; closed because ${closedBecause}` : '';
}

const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
