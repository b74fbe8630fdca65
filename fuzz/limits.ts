/** CPU time of one input per started 64 kB (issue: every input ≤ 100 ms per 64 kB). */
export const MAX_MILLISECONDS = 100;
export const INPUT_UNIT: number = 64 * 1024;
/** Longest input that is made: superlinear work shows at a few units, and longer ones cost runs. */
export const MAX_INPUT: number = 192 * 1024;
/** Heap and buffers that one input may take above what it found, garbage included: a decoder that copies a unit some hundred times is wrong. */
export const MAX_GROWTH: number = 64 * 1024 * 1024;
/** What a slice may leave behind after a full collection; module caches and compiled code stay below it. */
export const MAX_KEPT: number = 16 * 1024 * 1024;
/** Old generation of the worker: what needs more ends it, which is a finding. */
export const MAX_HEAP_MEGABYTES = 256;
/** CPU time of the process without a new input: a hang. (Wall clock says nothing where other work has the machine.) */
export const HANG_MILLISECONDS = 20_000;
/** Cases of one call of a model, so that the slices of all sources take turns. */
export const MODEL_RUNS = 50;
/** Mutations between two calls of a model. */
export const MUTATIONS = 400;
/** Octets of an input that the supervisor can see while it is taken. */
export const SHARED_OCTETS: number = MAX_INPUT + 4096;
