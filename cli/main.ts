import { Command, CommanderError, Help, type Option } from 'commander';
import { ErrorCode } from '../common/error.ts';
import { addBacktestCommand } from './commands/backtest.ts';
import { addCheckCommand } from './commands/check.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDashboardsCommand } from './commands/dashboards.ts';
import { addDriftCommand } from './commands/drift.ts';
import { addIncidentsCommand } from './commands/incidents.ts';
import { addInferCommand } from './commands/infer.ts';
import { addJobsCommand } from './commands/jobs.ts';
import { addKafkaCommand } from './commands/kafka.ts';
import { addModelsCommand } from './commands/models.ts';
import { addMonitorCommand } from './commands/monitor.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addServerCommand } from './commands/server.ts';
import { addSkewCommand } from './commands/skew.ts';
import { addStoreCommand } from './commands/store.ts';
import { addUpCommand } from './commands/up.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { printJson } from './output.ts';
import { programVersion } from './version.ts';

/** That a switch is off, or a list empty, unless it is given goes without saying. */
function optionDescription(option: Option): string {
  return new Help().optionDescription(option).replace(/ \(default: (false|\[\])\)$/, '');
}

/** The composition root: each command reads its configuration, builds adapters, wires them and handles signals. */
export function createProgram(): Command {
  const program = new Command('tidemark')
    .description('Validates, scores and profiles streams of events, and acts when they drift.')
    .version(programVersion(), '--version', 'print the version')
    .showHelpAfterError()
    .configureHelp({ optionDescription })
    // An option belongs to the command it stands behind, also where a command has others below it.
    .enablePositionalOptions()
    .exitOverride();
  addBacktestCommand(program);
  addCheckCommand(program);
  addConfigCommand(program);
  addDashboardsCommand(program);
  addDriftCommand(program);
  addIncidentsCommand(program);
  addInferCommand(program);
  addJobsCommand(program);
  addKafkaCommand(program);
  addModelsCommand(program);
  addMonitorCommand(program);
  addReplayCommand(program);
  addServerCommand(program);
  addSkewCommand(program);
  addStoreCommand(program);
  addUpCommand(program);
  addWorkerCommand(program);
  return program;
}

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // commander has printed its own message for people; --help and --version end with 0, wrong usage with 2.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
  if (error.exitCode !== 0 && process.argv.includes('--json')) {
    const message = error.message.replace(/^error: /, '');
    printJson({ error: { code: ErrorCode.CONFIG_INVALID, message, cure: 'See --help for the usage' } });
  }
}

// A command that has ended is not kept by what a library left open, such as the connection of a member that could not leave its
// group. Not at once: what was printed has to get out.
setTimeout(() => process.exit(), 2000).unref();
