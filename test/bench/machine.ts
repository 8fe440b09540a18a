import { cpus, totalmem } from 'node:os';

/** What the figures were taken on. No host name: results are published. */
export function describeMachine(): Record<string, string | number> {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1_073_741_824),
  };
}
