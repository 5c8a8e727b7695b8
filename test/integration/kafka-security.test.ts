import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates, type TestCertificates } from '../../scripts/kafka/certificates.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { failureOf, listening, readValues, type Service, startService } from './kafka/service.ts';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const reader = { username: 'reader', password: 'right' };
const stranger = { username: 'stranger', password: 'also-right' };

describeWithKafka('the Kafka source and a broker with TLS, logins and ACLs', () => {
  let service: Service;
  let certificates: TestCertificates;
  let other: TestCertificates;

  beforeAll(async () => {
    service = await startService((directory) => {
      certificates = makeCertificates(join(directory, 'certificates'));
      other = makeCertificates(join(directory, 'other'));
      return {
        listeners: [
          { name: 'TLS', protocol: 'SSL' },
          { name: 'MUTUAL', protocol: 'SSL' },
          { name: 'LOGIN', protocol: 'SASL_PLAINTEXT' },
          { name: 'BOTH', protocol: 'SASL_SSL' },
        ],
        tls: { keystore: certificates.keystore, truststore: certificates.ca },
        users: [reader, stranger],
        acls: true,
        properties: { 'listener.name.mutual.ssl.client.auth': 'required' },
      };
    });
    await service.log.createTopic('guarded', 1);
    await service.log.createTopic('closed', 1);
    await service.log.send('guarded', [{ value: 'a' }, { value: 'b' }]);
    const allow = (
      principal: string,
      resourceType: AclResourceTypes,
      resourceName: string,
      operation: AclOperationTypes,
    ) => ({
      principal,
      resourceType,
      resourceName,
      operation,
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    });
    const { TOPIC, GROUP } = AclResourceTypes;
    const { READ, DESCRIBE } = AclOperationTypes;
    const readers = ['User:reader', 'User:CN=client'];
    await service.log.admin.createAcls({
      acl: [
        ...readers.flatMap((one) => [
          allow(one, TOPIC, 'guarded', READ),
          allow(one, GROUP, 'group-guarded', READ),
          allow(one, GROUP, 'group-closed', READ),
        ]),
        // May see the topic, and may not read it.
        allow('User:stranger', TOPIC, 'guarded', DESCRIBE),
        allow('User:stranger', GROUP, 'group-guarded', READ),
      ],
    });
  });
  afterEach(() => service.closeMembers());
  afterAll(() => service?.stop());

  const at = (name: string) => service.broker.listeners[name] as string;
  const tls = (more: object = {}) => ({ brokers: at('TLS'), ssl: { ca: certificates.ca, ...more } });
  const login = (mechanism: (typeof mechanisms)[number], password = 'right') => ({
    brokers: at('LOGIN'),
    sasl: { mechanism, username: 'reader', password },
  });

  describe('TLS', () => {
    it('reads where the authority is known', async () => {
      expect(await readValues(await service.joined('guarded', tls()), 2)).toEqual(['a', 'b']);
    });

    it('reads with a certificate of its own where brokers ask for one', async () => {
      const ssl = { ca: certificates.ca, cert: certificates.clientCert, key: certificates.clientKey };
      const member = await service.joined('guarded', { brokers: at('MUTUAL'), ssl });
      expect(await readValues(member, 2)).toEqual(['a', 'b']);
    });

    it('says that there is no certificate of its own', async () => {
      const failure = await failureOf(service.open('guarded', { ...tls(), brokers: at('MUTUAL') }));
      expect(failure?.message).toBe('the broker refuses the certificate of this client, or there is none');
    });

    it('says that the authority is not known, and trusts nobody for want of one', async () => {
      for (const ssl of [true, { ca: other.ca }]) {
        const failure = await failureOf(service.open('guarded', { brokers: at('TLS'), ssl }));
        expect(failure?.message).toContain('the certificate of the broker is not trusted');
        expect(failure?.cure).toContain('ssl.ca');
      }
    });

    it('says that the certificate is for another name', async () => {
      const failure = await failureOf(service.open('guarded', tls({ servername: 'kafka.example' })));
      expect(failure?.message).toContain('the certificate of the broker is for another name');
      const host = await service.joined('guarded', tls({ servername: 'localhost' }));
      expect(await readValues(host, 2)).toEqual(['a', 'b']);
    });

    it('says that a port may be one without TLS, and waits', async () => {
      const logger = listening();
      const source = service.open('guarded', { ssl: { ca: certificates.ca } }, { logger });
      const started = source.start();
      await expect
        .poll(() => logger.said.join('\n'), { timeout: 60_000 })
        .toMatch(/closes the connection before TLS is agreed on; intake waits.*the port does not speak TLS/);
      await source.source.close();
      await started;
    });

    it('names a file that is not there, and one that is no certificate', async () => {
      const missing = await failureOf(service.open('guarded', tls({ ca: '/nowhere/ca.pem' })));
      expect(missing).toMatchObject({ code: 'FILE_UNREADABLE', place: '/nowhere/ca.pem' });
      const path = join(service.directory, 'no.pem');
      writeFileSync(path, 'this is no certificate\n');
      const malformed = await failureOf(service.open('guarded', tls({ ca: path })));
      expect(malformed).toMatchObject({ code: 'FILE_MALFORMED', place: path });
      const pair = { cert: certificates.clientCert, key: other.clientKey };
      const mixed = await failureOf(service.open('guarded', tls(pair)));
      expect(mixed).toMatchObject({ code: 'FILE_MALFORMED' });
    });
  });

  describe.each(mechanisms)('SASL %s', (mechanism) => {
    it('gets in with the right password', async () => {
      expect(await readValues(await service.joined('guarded', login(mechanism)), 2)).toEqual(['a', 'b']);
    });

    it('gets in over TLS', async () => {
      const given = { ...login(mechanism), ssl: { ca: certificates.ca }, brokers: at('BOTH') };
      expect(await readValues(await service.joined('guarded', given), 2)).toEqual(['a', 'b']);
    });

    it('says that the login is refused with the wrong one, and for a name nobody knows', async () => {
      const wrong = await failureOf(service.open('guarded', login(mechanism, 'wrong')));
      expect(wrong?.message).toBe('the broker refuses the login');
      const nobody = { ...login(mechanism), sasl: { mechanism, username: 'nobody', password: 'right' } };
      expect((await failureOf(service.open('guarded', nobody)))?.message).toBe('the broker refuses the login');
    });
  });

  describe('ACLs', () => {
    it('names the topic that the login may not see', async () => {
      const failure = await failureOf(
        service.open(['guarded', 'closed'], { ...login('plain'), group: 'group-closed' }),
      );
      expect(failure).toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: 'the login may not read topic closed',
        retriable: false,
      });
    });

    it('names the group that the login may not use', async () => {
      const failure = await failureOf(service.open('guarded', { ...login('plain'), group: 'of-others' }));
      expect(failure).toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: 'the login may not use the consumer group of-others',
        retriable: false,
      });
    });

    it('ends the start where the login may see the topic and not read it', async () => {
      const sasl = { mechanism: 'plain', ...stranger };
      const member = service.open('guarded', { brokers: at('LOGIN'), sasl });
      await member.start();
      await expect(member.next()).rejects.toMatchObject({ message: 'the login may not read topic guarded' });
    });

    it('goes on when a right that was taken away is given back', async () => {
      const logger = listening();
      const member = await service.joined('guarded', login('plain'), { logger });
      expect(await readValues(member, 2)).toEqual(['a', 'b']);
      const rule = {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: 'guarded',
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:reader',
        host: '*',
        operation: AclOperationTypes.READ,
        permissionType: AclPermissionTypes.ALLOW,
      };
      await service.log.admin.deleteAcls({ filters: [rule] });
      await expect
        .poll(() => logger.said.join('\n'), { timeout: 60_000 })
        .toContain('may not read topic guarded; intake waits');
      await service.log.admin.createAcls({ acl: [rule] });
      await service.log.send('guarded', [{ value: 'c' }]);
      const values: string[] = [];
      while (!values.includes('c')) values.push(...(await readValues(member, 1)));
    });
  });
});
