/** Draws what is seen in one direction of a panorama: one triangle, and for each pixel the place in the picture that its ray meets. */
import type { RoundProjection } from './math';

export const VERTEX = `#version 300 es
out vec2 at;
void main() {
  at = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  gl_Position = vec4(at, 0.0, 1.0);
}`;

/** Lens: z along its axis, y to the upper edge of its picture. Equidistant: the distance from the middle grows with the angle. */
export const FRAGMENT = `#version 300 es
precision highp float;
const float PI = 3.14159265358979;
uniform sampler2D picture;
uniform mat3 axes;
uniform vec2 extent;
uniform int form;
uniform float lens;
uniform vec2 circle;
in vec2 at;
out vec4 colour;
void main() {
  vec3 ray = normalize(axes * vec3(at * extent, 1.0));
  if (form == 0) {
    vec2 place = vec2(0.5 + atan(ray.x, ray.z) / (2.0 * PI), 0.5 - asin(clamp(ray.y, -1.0, 1.0)) / PI);
    colour = texture(picture, place);
    return;
  }
  if (form == 2) ray = vec3(ray.x, ray.z, -ray.y);
  if (form == 3) ray = vec3(ray.x, -ray.z, ray.y);
  float aside = length(ray.xy);
  float radius = atan(aside, ray.z) / (lens * 0.5);
  vec2 way = aside > 0.0 ? ray.xy / aside : vec2(0.0);
  colour = radius > 1.0 ? vec4(0.0, 0.0, 0.0, 1.0) : texture(picture, vec2(0.5) + vec2(0.5, -0.5) * radius * way * circle);
}`;

export const FORMS: Record<RoundProjection, number> = { equirect: 0, 'fisheye-wall': 1, 'fisheye-ceiling': 2, 'fisheye-floor': 3 };
