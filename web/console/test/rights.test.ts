// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { agentName } from '../src/ui/agent';
import { holds } from '../src/ui/rights';

describe('rights', () => {
  const held = [
    { permission: 'view:stream', organisations: [1], groups: [] },
    { permission: 'manage:source', organisations: [4, 7], groups: [] },
    { permission: 'view:channel', organisations: [], groups: [3] },
  ];

  it('hold everywhere, or somewhere where that is enough', () => {
    expect(holds(held, 'view:stream', false)).toBe(true);
    expect(holds(held, 'manage:source', false)).toBe(false);
    expect(holds(held, 'manage:source', true)).toBe(true);
    expect(holds(held, 'play:stream', true)).toBe(false);
    expect(holds(held, 'view:channel', true)).toBe(true);
    expect(holds(held, 'view:channel', false)).toBe(false);
    expect(holds([], 'view:stream', true)).toBe(false);
  });
});

it.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', 'Chrome 156 · Windows'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0', 'Edge 156 · Windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox 153 · Linux'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1', 'Safari 19 · iOS'],
  ['Mozilla/5.0 (Linux; Android 15; V2) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50', 'WeChat 8 · Android'],
  ['curl/8.14.1', 'curl 8.14.1'],
  ['', '–'],
])('calls %s %s', (agent, name) => {
  expect(agentName(agent)).toBe(name);
});
