/** The web page of `simulate`: a lead's chat, an operator's desk, and what happened in between. */
export { createSimulator, type Simulator } from './simulator.ts';
