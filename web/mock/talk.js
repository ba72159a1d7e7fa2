/** Speaking to cameras and devices: keeps what was said in `world.talk`, and says who speaks. */
import { Problem } from './problem.js';

export const createTalk = () => ({ commands: [], sound: Buffer.alloc(0), holder: null, file: null, last_file: null, refusal: null, heard: new Set() });

const standing = ({ holder, file, last_file }, own) => ({ holder: holder && { user: 1, since: new Date().toISOString(), own, file: null, ...holder, ...(file ? { file } : {}) }, last_file });

export function tellTalk(world) {
  for (const { socket, own } of world.talk.heard) socket.send(JSON.stringify({ type: 'standing', ...standing(world.talk, own()) }));
}

/** One client that speaks. A test sets `world.talk.refusal` to have it refused, `world.talk.holder` for somebody else who speaks. */
export function talk(world, socket) {
  const { talk: state } = world;
  let speaks = false;
  const say = (message) => socket.send(JSON.stringify(message));
  const listener = { socket, own: () => speaks || state.file !== null };
  const end = (code, why) => {
    if (speaks) state.holder = null;
    speaks = false;
    say({ type: 'ended', code, why, dropped_ms: 0 });
    tellTalk(world);
  };
  const begin = () => {
    say({ type: 'state', state: 'asking' });
    if (state.refusal) return end('failed', state.refusal);
    [state.holder, state.last_file, speaks] = [{ name: 'admin' }, null, true];
    say({ type: 'state', state: 'ringing' });
    say({ type: 'state', state: 'speaking' });
    return tellTalk(world);
  };
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      state.sound = Buffer.concat([state.sound, data]);
      return undefined;
    }
    const command = JSON.parse(String(data));
    state.commands.push(command);
    if (command.type === 'start') return begin();
    if (command.type === 'stop') return speaks ? end('stopped', '您已挂断。') : undefined;
    if (!world.tokens.has(command.token)) return say({ type: 'error', code: 'unauthorized', message: '请登录。' });
    state.heard.add(listener);
    return say({ type: 'standing', ...standing(state, false) });
  });
  socket.on('close', () => {
    state.heard.delete(listener);
    if (speaks) state.holder = null;
    tellTalk(world);
  });
}

function play({ world, query, body }) {
  const { talk: state } = world;
  if (state.holder) throw new Problem(409, 'talk_taken', `${state.holder.name} 正在喊话。请等其结束，或请其让出。`);
  if (body.toString('latin1', 0, 4) !== 'RIFF') throw new Problem(415, 'unsupported', '只能播放 PCM 或 G.711 的 WAV 文件。', 'file');
  state.sound = body;
  state.holder = { name: 'admin' };
  state.file = { name: query.get('name'), position_ms: 1200, length_ms: Math.round((body.length - 44) / 16) };
  tellTalk(world);
  return { status: 202, body: standing(state, true) };
}

function stop({ world }) {
  const { talk: state } = world;
  state.last_file = { name: state.file.name, why: '已停止。' };
  [state.holder, state.file] = [null, null];
  tellTalk(world);
}

const at = (path) => ({
  [`GET ${path}/talk`]: ({ world }) => standing(world.talk, false),
  [`POST ${path}/talk/file`]: play,
  [`DELETE ${path}/talk/file`]: stop,
});

export const TALK_ROUTES = { ...at('/channels/:id'), ...at('/gb28181/devices/:code') };
