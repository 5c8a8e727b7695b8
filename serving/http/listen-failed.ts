import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';

/** What node said when an address could not be bound, for people. */
export function listenFailed(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): TidemarkError {
  const code = (error as { code?: unknown }).code;
  const message =
    code === 'EADDRINUSE'
      ? `port ${port} is in use`
      : code === 'EACCES'
        ? `port ${port} may not be bound by this user`
        : `cannot listen: ${messageOf(error)}`;
  return new TidemarkError(ErrorCode.LISTEN_FAILED, message, {
    place: `${host}:${port}`,
    cure: 'Stop the other program, or set server.port to another port (0 takes any free one)',
    cause: error,
  });
}
