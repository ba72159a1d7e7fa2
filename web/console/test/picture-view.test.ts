// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { keepView, KEPT_MAX, viewOf } from '../src/ui/picture-view';

const PLAIN = { fit: 'contain', rotate: 0, mirror: false, projection: 'flat' } as const;
const TURNED = { ...PLAIN, rotate: 180, mirror: true } as const;

describe('how a camera is seen', () => {
  beforeEach(() => localStorage.clear());

  it('is kept for that camera alone, and forgotten once it is as ever', () => {
    keepView('#3', TURNED);
    expect(viewOf('#3')).toEqual(TURNED);
    expect(viewOf('#4')).toEqual(PLAIN);
    keepView('#3', PLAIN);
    expect(localStorage.getItem('viaduct.pictures')).toBe('{}');
  });

  it('is kept for so many cameras, those changed last', () => {
    for (let id = 0; id <= KEPT_MAX; id++) keepView(`#${id}`, TURNED);
    expect(viewOf('#0')).toEqual(PLAIN);
    expect(viewOf(`#${KEPT_MAX}`)).toEqual(TURNED);
  });

  it('survives what somebody else wrote there', () => {
    localStorage.setItem('viaduct.pictures', 'not JSON');
    expect(viewOf('#3')).toEqual(PLAIN);
    keepView('#3', TURNED);
    expect(viewOf('#3')).toEqual(TURNED);
  });
});
