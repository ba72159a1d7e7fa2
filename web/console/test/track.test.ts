import { describe, expect, it } from 'vitest';
import { distance, drawn } from '../src/ui/track';

describe('a way as a drawing', () => {
  it('has north above and east on the right, within its edges', () => {
    const [south, north, east] = drawn([{ longitude: 120, latitude: 31 }, { longitude: 120, latitude: 31.1 }, { longitude: 120.05, latitude: 31.05 }], 400, 200, 20);
    expect(north!.y).toBeCloseTo(20);
    expect(south!.y).toBeCloseTo(180);
    expect(east!.x).toBeGreaterThan(north!.x);
    expect(east!.y).toBeCloseTo(100);
  });

  it('is as long by a metre in both directions', () => {
    const places = [{ longitude: 120, latitude: 60 }, { longitude: 120.02, latitude: 60 }, { longitude: 120, latitude: 60.01 }];
    const [corner, east, north] = drawn(places, 400, 400, 10);
    const ratio = distance(places[0]!, places[1]!) / distance(places[0]!, places[2]!);
    expect((east!.x - corner!.x) / (corner!.y - north!.y)).toBeCloseTo(ratio, 2);
  });

  it('puts what does not move into the middle', () => {
    expect(drawn([{ longitude: 120, latitude: 31 }], 400, 200, 20)).toEqual([{ x: 200, y: 100 }]);
    expect(drawn([], 400, 200, 20)).toEqual([]);
  });

  it('measures a degree of latitude as 111 km', () => {
    expect(distance({ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 1 }) / 1000).toBeCloseTo(111.19, 1);
  });
});
