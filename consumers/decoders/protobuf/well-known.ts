import { malformed } from '../fault.ts';
import { decimalBytesMax, decimalOf, instantOf } from '../values.ts';

type Values = Record<string, unknown>;

/** What a message of a well-known type means; undefined for all others, which stay objects. */
export function convertKnown(fullName: string): ((values: Values) => unknown) | undefined {
  return Object.hasOwn(conversions, fullName) ? conversions[fullName] : undefined;
}

const wrapped = ({ value }: Values): unknown => value;

const conversions: Readonly<Record<string, (values: Values) => unknown>> = {
  '.google.protobuf.Timestamp': ({ seconds, nanos }) => timestampOf(seconds as number | bigint, nanos as number),
  '.google.protobuf.Duration': ({ seconds, nanos }) => Number(seconds) + Number(nanos) / 1e9,
  '.google.protobuf.DoubleValue': wrapped,
  '.google.protobuf.FloatValue': wrapped,
  '.google.protobuf.Int64Value': wrapped,
  '.google.protobuf.UInt64Value': wrapped,
  '.google.protobuf.Int32Value': wrapped,
  '.google.protobuf.UInt32Value': wrapped,
  '.google.protobuf.BoolValue': wrapped,
  '.google.protobuf.StringValue': wrapped,
  '.google.protobuf.BytesValue': wrapped,
  '.google.protobuf.Struct': ({ fields }) => fields,
  '.google.protobuf.ListValue': ({ values }) => values,
  '.google.protobuf.Value': memberOf,
  '.confluent.type.Decimal': ({ value, scale }) => amountOf(Buffer.from(value as string, 'base64'), scale as number),
};

/** With milliseconds, microseconds or nanoseconds, as many as it has; its seconds where they are beyond the years 0 to 9999. */
function timestampOf(seconds: number | bigint, nanos: number): unknown {
  if (nanos < 0 || nanos > 999_999_999) throw malformed(`a timestamp of ${nanos} ns`);
  const digits = nanos % 1e6 === 0 ? 3 : nanos % 1e3 === 0 ? 6 : 9;
  const text = instantOf(Number(seconds), nanos / 10 ** (9 - digits), digits);
  return text === undefined ? seconds : `${text}Z`;
}

/** The one member that is set; NullValue and a value without any are null. */
function memberOf(values: Values): unknown {
  for (const [key, value] of Object.entries(values)) return key === 'nullValue' || key === 'null_value' ? null : value;
  return null;
}

function amountOf(unscaled: Buffer, scale: number): unknown {
  if (unscaled.length > decimalBytesMax || Math.abs(scale) > 1000)
    throw malformed(`a decimal of ${unscaled.length} bytes`);
  return decimalOf(unscaled, scale);
}
