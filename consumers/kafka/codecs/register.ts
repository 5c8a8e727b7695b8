import kafkajs from 'kafkajs';
import { ErrorCode, messageOf, TidemarkError } from '../../../common/error.ts';

interface Codec {
  readonly compress: (data: Buffer) => Buffer | Promise<Buffer>;
  readonly decompress: (data: Buffer) => Buffer | Promise<Buffer>;
}

/** What kafkajs asks of a codec. */
interface KafkaCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}

/** Loads a codec when the first batch needs it: a machine without its binary reads everything else. */
function lazily(name: string, load: () => Promise<Codec>): () => KafkaCodec {
  let loading: Promise<Codec> | undefined;
  const loaded = (): Promise<Codec> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw new TidemarkError(ErrorCode.SOURCE_UNAVAILABLE, `the codec ${name} cannot be loaded: ${messageOf(error)}`, {
        place: 'kafka',
        cure: 'Install the dependencies on this machine, with optional ones, or produce with gzip.',
      });
    });
    return loading;
  };
  return () => ({
    compress: async ({ buffer }) => (await loaded()).compress(buffer),
    decompress: async (data) => (await loaded()).decompress(data),
  });
}

/** Teaches kafkajs all codecs of Kafka. They are its globals, so this is done once, when the first client is made. */
export function registerCodecs(): void {
  // By the default import: Node sees only some of the names of this CommonJS module.
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs: Record<number, () => KafkaCodec> = CompressionCodecs;
  if (registered) return;
  registered = true;
  codecs[CompressionTypes.GZIP] = lazily('gzip', async () => {
    const { compressGzip: compress, decompressGzip: decompress } = await import('./gzip.ts');
    return { compress, decompress };
  });
  codecs[CompressionTypes.Snappy] = lazily('snappy', async () => {
    const { compressSnappy: compress, decompressSnappy: decompress } = await import('./snappy.ts');
    return { compress, decompress };
  });
  codecs[CompressionTypes.LZ4] = lazily('lz4', async () => {
    const { compressLz4: compress, decompressLz4: decompress } = await import('./lz4.ts');
    return { compress, decompress };
  });
  codecs[CompressionTypes.ZSTD] = lazily('zstd', async () => {
    const { compressZstd: compress, decompressZstd: decompress } = await import('./zstd.ts');
    return { compress, decompress };
  });
}

let registered = false;
