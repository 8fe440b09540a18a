import { describe } from 'vitest';
import { claimRules } from './suite-claims.ts';
import { forgettingRules } from './suite-forgetting.ts';
import { clockRules } from './suite-clock.ts';
import { inspectionRules } from './suite-inspection.ts';
import { jobRules } from './suite-jobs.ts';
import { propertyRules } from './suite-properties.ts';
import { recordRules } from './suite-records.ts';
import { timerAndGateRules } from './suite-timers-pauses.ts';
import { transactionRules } from './suite-transactions.ts';
import { workerFailureRules } from './suite-worker-failures.ts';
import { workerShareRules } from './suite-worker-shares.ts';
import { workerRules } from './suite-worker.ts';
import type { StorageDriver } from './subject.ts';

/** All that `plugin/storage/contract.ts` promises, for one driver. */
export function storageContract(driver: StorageDriver): void {
  describe(`storage on ${driver.name}`, () => {
    recordRules(driver);
    transactionRules(driver);
    jobRules(driver);
    claimRules(driver);
    clockRules(driver);
    timerAndGateRules(driver);
    inspectionRules(driver);
    forgettingRules(driver);
    workerRules(driver);
    workerFailureRules(driver);
    workerShareRules(driver);
    propertyRules(driver);
  });
}
