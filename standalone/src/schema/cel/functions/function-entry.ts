/** One function for CEL: its declaration in cel-js' form and what it does. Integers arrive as bigint. */
export type FunctionEntry = readonly [signature: string, handler: (...args: never[]) => unknown];
