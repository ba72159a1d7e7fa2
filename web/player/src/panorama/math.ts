/**
 * Looking around in a panorama. Pure: angles in degrees go in, directions and places in the picture come out; the shader does the same
 * for every pixel. World: x to the right, y up, z ahead.
 */
import type { Projection } from '../view/projection';

export interface Direction {
  /** To the right of straight ahead. */
  yaw: number;
  /** Above the horizon. */
  pitch: number;
  /** Head tilted to the right. */
  roll: number;
}

export interface PanoramaLook extends Direction {
  /** Angle that the longer side of the view takes in. */
  fov: number;
}

export const MIN_FOV = 20;
export const MAX_FOV = 120;
const START_FOV = 90;

/** Nine numbers by column: the directions to the right, up and ahead of who looks. */
export type Axes = [number, number, number, number, number, number, number, number, number];

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (radians: number): number => (radians * 180) / Math.PI;
const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Where each projection can be looked at. A lens under a ceiling sees nothing above it. */
const LIMITS: Record<Exclude<Projection, 'flat'>, { pitch: [number, number]; yaw: number | null; start: number }> = {
  equirect: { pitch: [-90, 90], yaw: null, start: 0 },
  'fisheye-wall': { pitch: [-90, 90], yaw: 90, start: 0 },
  'fisheye-ceiling': { pitch: [-90, 0], yaw: null, start: -50 },
  'fisheye-floor': { pitch: [0, 90], yaw: null, start: 50 },
};

export type RoundProjection = keyof typeof LIMITS;

export function startLook(projection: RoundProjection): PanoramaLook {
  return { yaw: 0, pitch: LIMITS[projection].start, roll: 0, fov: START_FOV };
}

export function clampPanorama(look: PanoramaLook, projection: RoundProjection): PanoramaLook {
  const { pitch, yaw } = LIMITS[projection];
  const turned = ((((look.yaw + 180) % 360) + 360) % 360) - 180;
  return {
    yaw: yaw === null ? turned : within(turned, -yaw, yaw),
    pitch: within(look.pitch, ...pitch),
    roll: look.roll,
    fov: within(look.fov, MIN_FOV, MAX_FOV),
  };
}

export function axesOf({ yaw, pitch, roll }: Direction): Axes {
  const [sy, cy] = [Math.sin(radians(yaw)), Math.cos(radians(yaw))];
  const [sp, cp] = [Math.sin(radians(pitch)), Math.cos(radians(pitch))];
  const [sr, cr] = [Math.sin(radians(roll)), Math.cos(radians(roll))];
  const level = { right: [cy, 0, -sy], up: [-sp * sy, cp, -sp * cy] } as const;
  const right = level.right.map((each, i) => each * cr - level.up[i]! * sr);
  const up = level.right.map((each, i) => each * sr + level.up[i]! * cr);
  return [...right, ...up, cp * sy, sp, cp * cy] as Axes;
}

/** Half the width and half the height of the view at distance 1. */
export function extent(fov: number, width: number, height: number): [number, number] {
  const half = Math.tan(radians(fov) / 2);
  return width >= height ? [half, (half * height) / width] : [(half * width) / height, half];
}

/** Degrees that a pixel in the middle of the view takes. */
export function degreesPerPixel(fov: number, width: number, height: number): number {
  return degrees((2 * Math.tan(radians(fov) / 2)) / Math.max(1, width, height));
}

/**
 * Where a device points that looks through its back, from the angles of DeviceOrientationEvent (W3C: turned about z by alpha, then
 * about x by beta, then about y by gamma) and the angle by which the screen's content is turned.
 */
export function directionOfDevice(alpha: number, beta: number, gamma: number, screenAngle: number): Direction {
  const [sa, ca] = [Math.sin(radians(alpha)), Math.cos(radians(alpha))];
  const [sb, cb] = [Math.sin(radians(beta)), Math.cos(radians(beta))];
  const [sg, cg] = [Math.sin(radians(gamma)), Math.cos(radians(gamma))];
  const [ss, cs] = [Math.sin(radians(screenAngle)), Math.cos(radians(screenAngle))];
  // Rows east, north, up of the rotation; columns are the device's x, y and z.
  const east = [ca * cg - sa * sb * sg, -sa * cb, ca * sg + sa * sb * cg] as const;
  const north = [sa * cg + ca * sb * sg, ca * cb, sa * sg - ca * sb * cg] as const;
  const above = [-cb * sg, sb, cb * cg] as const;
  const ahead = { east: -east[2], north: -north[2], up: -above[2] };
  const top = { east: ss * east[0] + cs * east[1], north: ss * north[0] + cs * north[1], up: ss * above[0] + cs * above[1] };
  const yaw = Math.atan2(ahead.east, ahead.north);
  const pitch = Math.asin(within(ahead.up, -1, 1));
  const aside = top.east * Math.cos(yaw) - top.north * Math.sin(yaw);
  const upright = -Math.sin(pitch) * (top.east * Math.sin(yaw) + top.north * Math.cos(yaw)) + Math.cos(pitch) * top.up;
  return { yaw: degrees(yaw), pitch: degrees(pitch), roll: degrees(Math.atan2(aside, upright)) };
}
