import { createRequire } from 'node:module';
import protobuf, { type INamespace } from 'protobufjs';

/**
 * Files that producers import without handing them over, because every Protobuf compiler or Confluent's serializer brings them:
 * `google/protobuf/`, a part of `google/type/`, `confluent/`.
 */
export function knownFile(name: string): string | INamespace | undefined {
  if (Object.hasOwn(texts, name)) return texts[name];
  const common = protobuf.common.get(name);
  if (common !== null) return common;
  if (!rest.includes(name)) return undefined;
  return require(`protobufjs/${name.replace(/\.proto$/, '.json')}`) as INamespace;
}

const require = createRequire(import.meta.url);
const rest = ['descriptor', 'api', 'type', 'source_context'].map((name) => `google/protobuf/${name}.proto`);

const googleType = (body: string) => `syntax = "proto3"; package google.type; ${body}`;
const texts: Readonly<Record<string, string>> = {
  'confluent/meta.proto': `syntax = "proto3"; package confluent; import "google/protobuf/descriptor.proto";
    message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
    extend google.protobuf.FileOptions { Meta file_meta = 1088; }
    extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
    extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
    extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
    extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`,
  'confluent/type/decimal.proto':
    'syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
  'google/type/date.proto': googleType('message Date { int32 year = 1; int32 month = 2; int32 day = 3; }'),
  'google/type/dayofweek.proto': googleType(`enum DayOfWeek { DAY_OF_WEEK_UNSPECIFIED = 0; MONDAY = 1; TUESDAY = 2;
    WEDNESDAY = 3; THURSDAY = 4; FRIDAY = 5; SATURDAY = 6; SUNDAY = 7; }`),
  'google/type/decimal.proto': googleType('message Decimal { string value = 1; }'),
  'google/type/latlng.proto': googleType('message LatLng { double latitude = 1; double longitude = 2; }'),
  'google/type/money.proto': googleType(
    'message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }',
  ),
  'google/type/timeofday.proto': googleType(
    'message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
  ),
};
