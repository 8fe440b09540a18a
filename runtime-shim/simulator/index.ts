/** The web page of `simulate`: a lead's chat, an operator's desk, and what happened in between. */
export { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';
export { PAGE_FILES, pageBuildOptions } from './page-files.ts';
export type { RuntimeHandle } from './model/watched-runtime.ts';
