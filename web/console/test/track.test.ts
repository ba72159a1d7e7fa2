import { describe, expect, it } from 'vitest';
import { distance, drawn, joined, newest } from '../src/ui/track';

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

describe('places that are told one after the other', () => {
  const told = (id: number, minute: number): { id: number; at: string } => ({ id, at: new Date(Date.UTC(2026, 10, 28, 8, minute)).toISOString() });

  it('are joined by time, whenever they were told', () => {
    const known = [told(1, 0), told(3, 2)];
    expect(newest([])).toBe(0);
    expect(newest(joined(known, [told(4, 1)]))).toBe(4);
    expect(joined(known, [told(4, 1), told(5, 3)]).map(({ id }) => id)).toEqual([1, 4, 3, 5]);
    expect(joined(known, [])).toBe(known);
  });

  it('push the oldest out beyond what one answer has', () => {
    const many = Array.from({ length: 5000 }, (_, index) => told(index + 1, index));
    expect(joined(many, [told(5001, 5000)])[0]).toEqual(many[1]);
  });
});
