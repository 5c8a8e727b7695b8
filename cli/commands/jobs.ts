import type { Command } from 'commander';
import type { Job } from '../../actions/jobs/job.ts';
import { command, printJson, printText, table } from '../output.ts';
import { withBase } from '../runtime/with-base.ts';

export function addJobsCommand(program: Command): void {
  program
    .command('jobs')
    .description('retraining runs: what asked for them, their data set, what came of them')
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .option('--json', 'print JSON', false)
    .action(
      command<[string, { readonly json: boolean }]>(
        (_, { json }) => json,
        (pipeline, { json }) =>
          withBase(pipeline, async ({ store }) => {
            const rows = await store.query<{ entry: string }>(
              `SELECT argMax(entry, seq) AS entry FROM \`${store.database}\`.job_log FINAL GROUP BY job_id`,
            );
            const jobs = rows
              .map(({ entry }) => JSON.parse(entry) as Job)
              .sort((a, b) => b.requestedAtMs - a.requestedAtMs);
            if (json) printJson({ jobs });
            else if (jobs.length === 0) printText('no retraining run was asked for yet');
            else {
              const cells = jobs.map((job) => [
                job.id.slice(0, 8),
                new Date(job.requestedAtMs).toISOString().slice(0, 10),
                job.model,
                job.state,
                job.version ?? job.error ?? '',
                job.why,
              ]);
              printText(table([['id', 'asked for', 'model', 'state', 'version', 'why'], ...cells]));
            }
            return 0;
          }),
      ),
    );
}
