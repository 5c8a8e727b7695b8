import type { Command } from 'commander';
import { deskByStore } from '../runtime/incident-desk.ts';
import { followStore } from '../runtime/live-by-store.ts';
import { serve } from '../runtime/serve.ts';
import { addPartCommand, type PartProcess } from './part-process.ts';

/** Serves API and console of a pipeline that other processes run, until a signal comes. */
async function runServer(part: PartProcess): Promise<void> {
  const { base, live, options, stopped } = part;
  const { server, url } = await serve({
    ...part,
    ...(options.port === undefined ? {} : { port: options.port }),
    // Whoever sends events waits until a worker has committed them, and only a worker of the same process can say that.
    intake: undefined,
    incidents: deskByStore(base),
    applyRoles: async () => {},
  });
  const unfollow = followStore(base, live);
  try {
    part.announce('the console is at', url);
    await stopped.promise;
  } finally {
    unfollow();
    await server.close();
  }
}

export function addServerCommand(program: Command): void {
  addPartCommand(program, {
    name: 'server',
    description: 'serve API and console of a pipeline whose workers and monitor run elsewhere',
    portDescription: 'port of API and console; default: server.port of the pipeline file',
    run: runServer,
  });
}
