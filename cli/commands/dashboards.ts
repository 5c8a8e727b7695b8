import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { boardJson, buildBoards } from '../../dashboards/grafana/boards.ts';
import { command, type ExitCode, printJson, printText } from '../output.ts';

interface DashboardsOptions {
  readonly out: string;
  readonly json?: boolean;
}

async function writeBoards({ out, json = false }: DashboardsOptions): Promise<ExitCode> {
  const directory = resolve(out);
  const files: string[] = [];
  try {
    await mkdir(directory, { recursive: true });
    for (const [name, board] of buildBoards()) {
      const file = join(directory, name);
      await writeFile(file, boardJson(board));
      files.push(file);
    }
  } catch (error) {
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, 'the boards cannot be written', {
      place: directory,
      cure: 'Choose another directory with --out, or make this one writable.',
      cause: error,
    });
  }
  if (json) printJson({ files });
  else for (const file of files) printText(file);
  return 0;
}

export function addDashboardsCommand(program: Command): void {
  program
    .command('dashboards')
    .description('Writes the Grafana boards as JSON files, for provisioning or import.')
    .option('--out <directory>', 'where to write them', 'grafana-boards')
    .option('--json', 'print the names of the files as JSON')
    .action(command<[DashboardsOptions]>(({ json = false }) => json, writeBoards));
}
