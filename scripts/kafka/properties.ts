import { join } from 'node:path';

/** Who may log in at the listeners that ask for it; known to PLAIN and to SCRAM. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A listener beside the first one, on a free port of 127.0.0.1. */
export interface ExtraListener {
  /** Capital letters; the key in `Broker.listeners`. */
  readonly name: string;
  readonly protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
}

/** Files in PEM: what the broker shows (key, then its certificate) and whom it trusts. */
export interface BrokerTls {
  readonly keystore: string;
  readonly truststore: string;
  /** Whether clients have to show a certificate, too; default: no. */
  readonly clientAuth?: 'none' | 'required';
}

export interface PropertiesOptions {
  /** Data and log of the broker; one that was used before is opened again. */
  readonly directory: string;
  /** A login for SASL/PLAIN at the first listener; default: anybody may connect. */
  readonly login?: Login;
  /** Further listeners, with TLS, a login, or both. */
  readonly listeners?: readonly ExtraListener[];
  /** Needed where a listener speaks TLS. */
  readonly tls?: BrokerTls;
  /** Who may log in at the further listeners. SCRAM knows those of the first start in a directory. */
  readonly users?: readonly Login[];
  /** Refuse what no ACL allows. Whoever comes in by the first listener without a login may do everything. */
  readonly acls?: boolean;
  /** Lines of server.properties beyond our own; they win. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface BrokerPorts {
  readonly client: number;
  readonly controller: number;
  /** Of the extra listeners, by name. */
  readonly extra: Readonly<Record<string, number>>;
}

const mechanisms = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512';
const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';

function saslLines(name: string, users: readonly Login[]): string[] {
  const prefix = `listener.name.${name.toLowerCase()}`;
  const known = users.map(({ username, password }) => ` user_${username}="${password}"`).join('');
  return [
    `${prefix}.sasl.enabled.mechanisms=${mechanisms}`,
    `${prefix}.plain.sasl.jaas.config=${plainModule}${known};`,
    `${prefix}.scram-sha-256.sasl.jaas.config=${scramModule}`,
    `${prefix}.scram-sha-512.sasl.jaas.config=${scramModule}`,
  ];
}

function extraLines({ listeners = [], tls, users = [], acls = false }: PropertiesOptions): string[] {
  const lines = listeners.filter(({ protocol }) => protocol !== 'SSL').flatMap(({ name }) => saslLines(name, users));
  if (tls !== undefined)
    lines.push(
      'ssl.keystore.type=PEM',
      `ssl.keystore.location=${tls.keystore}`,
      'ssl.truststore.type=PEM',
      `ssl.truststore.location=${tls.truststore}`,
      `ssl.client.auth=${tls.clientAuth ?? 'none'}`,
    );
  // Who comes in by the first listener has no name and may do everything.
  if (acls)
    lines.push(
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users=User:ANONYMOUS',
    );
  return lines;
}

/** The server.properties of a node that is broker and controller in one. */
export function serverProperties(options: PropertiesOptions, ports: BrokerPorts): string {
  const { directory, login, listeners = [] } = options;
  const all = [
    { name: 'CLIENT', protocol: login === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT', port: ports.client },
    ...listeners.map(({ name, protocol }) => ({ name, protocol, port: ports.extra[name] as number })),
  ];
  const addresses = all.map(({ name, port }) => `${name}://127.0.0.1:${port}`).join(',');
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=${addresses},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=${addresses}`,
    `listener.security.protocol.map=${all.map(({ name, protocol }) => `${name}:${protocol}`).join(',')},CONTROLLER:PLAINTEXT`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${join(directory, 'data')}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=2000',
    'auto.create.topics.enable=false',
    'log.retention.check.interval.ms=1000',
    'log.segment.delete.delay.ms=100',
    'log.initial.task.delay.ms=1000',
    'num.network.threads=2',
    'num.io.threads=2',
    'inter.broker.listener.name=CLIENT',
  ];
  if (login !== undefined) {
    const { username, password } = login;
    lines.push(
      'sasl.enabled.mechanisms=PLAIN',
      'sasl.mechanism.inter.broker.protocol=PLAIN',
      `listener.name.client.plain.sasl.jaas.config=${plainModule} ` +
        `username="${username}" password="${password}" user_${username}="${password}";`,
    );
  }
  lines.push(...extraLines(options));
  for (const [name, value] of Object.entries(options.properties ?? {})) lines.push(`${name}=${value}`);
  return `${lines.join('\n')}\n`;
}

/** What the storage has to be formatted with for the users to be known to SCRAM. */
export function scramArguments(users: readonly Login[]): string[] {
  return users.flatMap(({ username, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${username},password=${password}]`,
    ]),
  );
}
