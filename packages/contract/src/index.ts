export * from './access.ts';
export * from './bodies.ts';
export * from './collection.ts';
export * from './common.ts';
export * from './errors.ts';
export * from './records.ts';
export * from './session.ts';
export * from './subjects.ts';
