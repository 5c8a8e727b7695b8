import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files in PEM of a certificate authority made for a test, of a broker at 127.0.0.1, and of a client. */
export interface TestCertificates {
  readonly ca: string;
  /** Key and certificate of the broker in one file, as Kafka reads them. */
  readonly keystore: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** Makes them with openssl, valid for a day. `names`: what the broker's certificate is for; default: localhost and 127.0.0.1. */
export function makeCertificates(directory: string, names = 'DNS:localhost,IP:127.0.0.1'): TestCertificates {
  mkdirSync(directory, { recursive: true });
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const ca = at('ca.pem');
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', ca, '-days', '1', '-subj', '/CN=test authority');
  const sign = (name: string, extensions: string) => {
    openssl('req', '-new', ...key, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
    writeFileSync(at(`${name}.ext`), extensions);
    const from = ['-in', at(`${name}.csr`), '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`)];
    openssl('x509', '-req', ...from, '-CA', ca, '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1');
  };
  sign('broker', `subjectAltName=${names}`);
  sign('client', 'extendedKeyUsage=clientAuth');
  const keystore = at('broker-keystore.pem');
  writeFileSync(keystore, readFileSync(at('broker.key'), 'utf8') + readFileSync(at('broker.pem'), 'utf8'));
  return { ca, keystore, clientCert: at('client.pem'), clientKey: at('client.key') };
}
