import { postgresContract } from './postgres-contract.ts';

/** "PostgreSQL 15 and newer" is a promise: the same suite on the oldest. */
postgresContract('oldest');
