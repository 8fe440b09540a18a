import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { storageContract } from './suite.ts';

storageContract({ name: 'memory', open: async (clock) => createMemoryStorage({ clock }), propertyRuns: 100 });
