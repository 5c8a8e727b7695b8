import type { Command } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { RegistryEntry } from '../../serving/registry/entry.ts';
import type { RegistryState } from '../../serving/registry/registry.ts';
import { assignRole, rollback } from '../../serving/registry/transitions.ts';
import { command, printJson, printText, table } from '../output.ts';
import type { Base } from '../runtime/base.ts';
import { byHand } from '../runtime/registry.ts';
import { withBase } from '../runtime/with-base.ts';

interface Options {
  readonly json: boolean;
}

export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('versions of models, their roles, and changes of them');
  models
    .command('list')
    .description('every version with its role and how good it was')
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .option('--json', 'print JSON', false)
    .action(
      command<[string, Options]>(
        (_, { json }) => json,
        (pipeline, { json }) =>
          withBase(pipeline, async (base) => {
            const states = base.file.config.models.map(({ name }) => base.registry.state(name));
            if (json)
              printJson({
                models: states.map(({ model, champion, versions }) => ({
                  model,
                  champion: champion ?? null,
                  versions,
                })),
              });
            else
              printText(
                states.every(({ versions }) => versions.length === 0)
                  ? 'no version is registered yet'
                  : listing(states),
              );
            return 0;
          }),
      ),
    );
  models
    .command('promote')
    .description('make a version the champion')
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .argument('<model>', 'its name in the pipeline file')
    .argument('<version>', 'as `tidemark models list` shows it')
    .option('--reason <text>', 'for the log', 'promoted by hand')
    .option('--json', 'print JSON', false)
    .action(
      command<[string, string, string, Options & { readonly reason: string }]>(
        (...args) => args[3].json,
        (pipeline, model, version, { json, reason }) =>
          withBase(pipeline, (base) =>
            change(base, model, json, (state, atMs) => assignRole(state, { version, role: 'champion', reason, atMs })),
          ),
      ),
    );
  models
    .command('rollback')
    .description('make the champion before this one champion again')
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .argument('<model>', 'its name in the pipeline file')
    .option('--reason <text>', 'for the log', 'rolled back by hand')
    .option('--json', 'print JSON', false)
    .action(
      command<[string, string, Options & { readonly reason: string }]>(
        (...args) => args[2].json,
        (pipeline, model, { json, reason }) =>
          withBase(pipeline, (base) => change(base, model, json, (state, atMs) => rollback(state, { reason, atMs }))),
      ),
    );
}

async function change(
  base: Base,
  model: string,
  json: boolean,
  make: (state: RegistryState, atMs: number) => readonly RegistryEntry[],
): Promise<0> {
  if (!base.file.config.models.some(({ name }) => name === model)) {
    throw new TidemarkError(ErrorCode.NOT_FOUND, `the pipeline has no model ${model}`, {
      place: base.file.path,
      cure: 'See models in the pipeline file',
    });
  }
  const before = base.registry.state(model);
  // Decisions stand in event time; a decision by hand follows the last one there is.
  const atMs = before.history.at(-1)?.atMs ?? 0;
  await base.registry.change(model, (state) => make(state, atMs), byHand);
  const { champion } = base.registry.state(model);
  if (json) printJson({ model, champion: champion ?? null });
  else printText(`the champion of ${model} is ${champion ?? 'nobody'}`);
  return 0;
}

function listing(states: readonly RegistryState[]): string {
  const percent = (value: number | undefined) => (value === undefined ? '' : value.toFixed(4));
  const rows = states.flatMap(({ model, versions }) =>
    versions.map(({ version, role, roleSinceMs, roleReason, summary }) => [
      model,
      version,
      role,
      new Date(roleSinceMs).toISOString().slice(0, 10),
      percent(summary.metrics.logLoss),
      percent(summary.metrics.auc),
      roleReason,
    ]),
  );
  return table([['model', 'version', 'role', 'since', 'log-loss', 'auc', 'why'], ...rows]);
}
