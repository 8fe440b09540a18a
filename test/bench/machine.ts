import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were taken on. No host name: results are published. */
export function describeMachine(): Record<string, string | number> {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1_073_741_824),
    // Who shares the machine shows here: above the number of cores, rates say little.
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}
