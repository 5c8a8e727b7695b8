import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ErrorNumber, FrontError } from './front-error.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Throws where a request does not bring the login: by Basic, by ClickHouse's headers, or by its parameters. */
export function checkLogin(request: IncomingMessage, parameters: URLSearchParams, login: Login | undefined): void {
  if (login === undefined) return;
  const given = loginOf(request, parameters);
  if (given === undefined) throw new FrontError(ErrorNumber.REQUIRED_PASSWORD, 'Authentication is required');
  // Both are compared whatever the first says, in a time that does not depend on where they differ.
  const right = [same(given.user, login.user), same(given.password, login.password)];
  if (right.includes(false)) {
    throw new FrontError(
      ErrorNumber.AUTHENTICATION_FAILED,
      `${given.user}: Authentication failed: password is incorrect, or there is no user with such name`,
    );
  }
}

function loginOf(request: IncomingMessage, parameters: URLSearchParams): Login | undefined {
  const { authorization = '' } = request.headers;
  const basic = /^Basic\s+(\S+)$/i.exec(authorization)?.[1];
  if (basic !== undefined) {
    const [user = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { user, password: password.join(':') };
  }
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const user = header('x-clickhouse-user') ?? parameters.get('user') ?? undefined;
  const password = header('x-clickhouse-key') ?? parameters.get('password') ?? undefined;
  if (user === undefined && password === undefined) return undefined;
  return { user: user ?? 'default', password: password ?? '' };
}

function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
