// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { returnPath } from '../src/router';

it.each([
  ['/streams/a/b?q=1', '/streams/a/b?q=1'],
  ['//evil.test/', '/'],
  ['/\\evil.test', '/'],
  ['https://evil.test/', '/'],
  [undefined, '/'],
  [['/a'], '/'],
])('returns from %j to %s', (next, path) => {
  expect(returnPath(next)).toBe(path);
});
