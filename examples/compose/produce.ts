/**
 * Sends orders to the Kafka of docker-compose.yml until it is stopped:
 *
 *   node scripts/run.mjs examples/compose/produce.ts [orders a second] [factor on amounts]
 */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { createRandom } from '../../common/random.ts';
import { orderOf } from './orders.ts';

const [perSecond = '20', factor = '1'] = process.argv.slice(2);
const brokers = (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',');
const producer = new Kafka({ clientId: 'orders', brokers, logLevel: logLevel.ERROR }).producer({
  createPartitioner: Partitioners.DefaultPartitioner,
  idempotent: true,
});
await producer.connect();

const startMs = Date.now();
const random = createRandom(startMs);
let sent = 0;
const timer = setInterval(async () => {
  const due = Math.floor(((Date.now() - startMs) / 1000) * Number(perSecond));
  const messages = [];
  for (; sent < due; sent++) {
    const order = orderOf(random, { id: `${startMs}-${sent}`, timeMs: Date.now(), factor: Number(factor) });
    messages.push({ key: order.shop, value: JSON.stringify(order) });
  }
  if (messages.length > 0) await producer.send({ topic: 'orders', messages });
}, 250);

process.once('SIGINT', async () => {
  clearInterval(timer);
  await producer.disconnect();
  console.log(`${sent} orders sent`);
});
