import { describe, expect, it } from 'vitest';
import { axesOf, clampPanorama, degreesPerPixel, directionOfDevice, extent, MAX_FOV, startLook } from '../src/panorama/math';
import { parseProjection } from '../src/view/projection';

const ahead = (yaw: number, pitch: number): number[] => axesOf({ yaw, pitch, roll: 0 }).slice(6).map((each) => Math.round(each * 1000) / 1000 + 0);

describe('looking around', () => {
  it.each([[0, 0, [0, 0, 1]], [90, 0, [1, 0, 0]], [180, 0, [0, 0, -1]], [0, 90, [0, 1, 0]], [90, -90, [0, -1, 0]]])('yaw %d, pitch %d', (yaw, pitch, direction) => {
    expect(ahead(yaw, pitch)).toEqual(direction);
  });

  it('has axes that stand on each other, with any roll', () => {
    const axes = axesOf({ yaw: 33, pitch: -20, roll: 15 });
    const dot = (a: number, b: number): number => [0, 1, 2].reduce((sum, i) => sum + axes[a + i]! * axes[b + i]!, 0);
    for (const [a, b, wanted] of [[0, 0, 1], [3, 3, 1], [6, 6, 1], [0, 3, 0], [0, 6, 0], [3, 6, 0]] as const) expect(dot(a, b)).toBeCloseTo(wanted);
  });

  it('turns round and round, but not over the zenith, and not above a ceiling', () => {
    expect(clampPanorama({ yaw: 190, pitch: 100, roll: 0, fov: 500 }, 'equirect')).toEqual({ yaw: -170, pitch: 90, roll: 0, fov: MAX_FOV });
    expect(clampPanorama({ yaw: 30, pitch: 20, roll: 0, fov: 60 }, 'fisheye-ceiling').pitch).toBe(0);
    expect(clampPanorama({ yaw: 120, pitch: 0, roll: 0, fov: 60 }, 'fisheye-wall').yaw).toBe(90);
    expect(startLook('fisheye-floor').pitch).toBeGreaterThan(0);
  });

  it('takes in the angle along the longer side', () => {
    expect(extent(90, 1600, 900)).toEqual([expect.closeTo(1), expect.closeTo(0.5625)]);
    expect(extent(90, 390, 844)[1]).toBeCloseTo(1);
    expect(degreesPerPixel(90, 1000, 500)).toBeCloseTo(0.1146, 3);
  });
});

describe('a device held up', () => {
  it.each([
    // Upright to the north: the back looks at the horizon.
    [0, 90, 0, 0, { yaw: 0, pitch: 0, roll: 0 }],
    // Turned to the left, anticlockwise seen from above: alpha grows, the view goes west.
    [90, 90, 0, 0, { yaw: -90, pitch: 0, roll: 0 }],
    // Leaned back by 30 degrees: it looks down.
    [0, 60, 0, 0, { yaw: 0, pitch: -30, roll: 0 }],
    [0, 120, 0, 0, { yaw: 0, pitch: 30, roll: 0 }],
    // On its left side, content turned with it.
    [0, 0, -90, 90, { yaw: 90, pitch: 0, roll: 0 }],
  ])('alpha %d, beta %d, gamma %d, screen %d', (alpha, beta, gamma, screenAngle, wanted) => {
    const direction = directionOfDevice(alpha, beta, gamma, screenAngle);
    for (const [name, value] of Object.entries(wanted)) expect(direction[name as 'yaw']).toBeCloseTo(value, 5);
  });
});

it('an unknown projection is an ordinary picture', () => {
  expect(parseProjection('cube')).toBe('flat');
  expect(parseProjection('fisheye-ceiling')).toBe('fisheye-ceiling');
});
