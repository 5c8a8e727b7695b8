import { messageOf } from '../../common/error.ts';

/** The runtime puts C++ file names and signatures before what it has to say. */
export function runtimeReason(error: unknown): string {
  const reason = messageOf(error);
  const line = reason.split('\n').find((text) => text.trim() !== '') ?? reason;
  return line
    .replace(/^\/onnxruntime_src\/\S+ .*?\) (?=[A-Z])/, '')
    .slice(0, 300)
    .replace(/\.$/, '');
}
