/** The licence of the invented installation. */
import { Problem } from './problem.js';

const FREE = 10_000;
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export function createLicence() {
  return { has_issuer: true, terms: { number: '2026-0042', customer: '江海高速公路集团有限公司', channels: 2000, issued: day(-345), expires: day(20) }, days_left: 20 };
}

/** As `GET /licence` answers. */
export function standing({ licence, channels }) {
  const { terms, days_left, has_issuer } = licence;
  const state = !terms ? 'none' : days_left === null ? 'ended' : days_left <= 30 ? 'ending' : 'valid';
  const limit = !terms ? FREE : state === 'ended' ? Math.min(terms.channels, FREE) : terms.channels;
  return { state, limit, on: channels.filter(({ enabled }) => enabled).length, free_limit: FREE, has_issuer, terms, days_left, reason: null };
}

function put({ world, body }) {
  const value = (name) => new RegExp(`^${name}: (.+)$`, 'm').exec(body.text)?.[1];
  if (!body.text.startsWith('viaduct-licence 1\n') || !value('signature')) throw new Problem(400, 'invalid_input', '这不是授权文件：最后一行不是签名，可能被截断。请使用签发方发来的原文件。', 'text');
  world.licence.terms = { number: value('number'), customer: value('customer'), channels: Number(value('channels')), issued: value('issued'), expires: value('expires') };
  world.licence.days_left = Math.floor((Date.parse(value('expires')) - Date.now()) / 86_400_000);
  return standing(world);
}

export const LICENCE_ROUTES = {
  'GET /licence': ({ world }) => standing(world),
  'PUT /licence': put,
  'DELETE /licence': ({ world }) => void Object.assign(world.licence, { terms: null, days_left: null }),
};
