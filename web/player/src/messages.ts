/** Texts of the player. An application passes its own translator or takes one of these. */

export type Translator = (key: MessageKey, params?: Record<string, string | number>) => string;

const en = {
  'state.idle': 'No stream',
  'state.connecting': 'Connecting',
  'state.waiting': 'Waiting for the source',
  'state.playing': 'Live',
  'state.reconnecting': 'Reconnecting',
  'state.suspended': 'Paused while hidden',
  'state.failed': 'Cannot play',
  'reason.unauthorized': 'The permission to play has run out. A new one is being fetched.',
  'reason.expired': 'The permission to play has run out. A new one is being fetched.',
  'reason.forbidden': 'You have no right to watch this stream.',
  'reason.not_found': 'There is no such stream. Check its name, or start its publisher.',
  'reason.kicked': 'An administrator ended this view.',
  'reason.codec': 'This browser cannot decode {message}. Set the camera to H.264, or use a browser with H.265.',
  'reason.unavailable': 'The source does not deliver. See the diagnosis of the stream.',
  'reason.timeout': 'The source did not answer in time.',
  'reason.exhausted': 'The server is at its limit of viewers.',
  'reason.internal': 'Something went wrong in the player or the server.',
  'reason.connection_lost': 'The connection to the server was lost.',
  'reason.decode': 'The browser could not decode the picture.',
  'reason.overflow': 'This computer does not keep up with the stream.',
  'reason.stalled': 'No new picture for {message} s.',
  'reason.no_engine': 'None of the offered ways of playing works in this browser.',
  'reason.no_mse': 'This browser has no Media Source Extensions.',
  'reason.no_websocket': 'This browser has no WebSocket.',
  'reason.no_offer': 'The server gave no permission to play.',
  'step.start': 'started',
  'step.playing': 'plays',
  'step.fault': 'failed',
  'step.down': 'next way is tried',
  'step.climb': 'better way is tried again',
  'step.unsupported': 'not possible here',
  'step.parameters': 'new parameters',
  'step.switch': 'another stream is asked for',
  'step.switched': 'shows the other stream',
  'action.retry': 'Try again',
  'action.play': 'Play',
  'action.mute': 'Mute',
  'action.unmute': 'Sound on',
  'action.volume': 'Volume',
  'action.stats': 'Statistics',
  'action.snapshot': 'Save picture',
  'action.fullscreen': 'Full screen',
  'stats.engine': 'Engine',
  'stats.worker': 'in a worker',
  'stats.page': 'in the page',
  'stats.codec': 'Codec',
  'stats.size': 'Size',
  'stats.fps': 'Shown',
  'stats.dropped': 'Dropped',
  'stats.bitrate': 'Bit rate',
  'stats.buffer': 'Buffer',
  'stats.latency': 'Delay (at least)',
  'stats.reconnects': 'Reconnects',
  'stats.refused': 'Left out',
  'stats.steps': 'Last steps',
} as const;

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;

const zhCN: Catalogue = {
  'state.idle': '无视频',
  'state.connecting': '正在连接',
  'state.waiting': '等待源出流',
  'state.playing': '直播中',
  'state.reconnecting': '正在重连',
  'state.suspended': '不可见，已暂停',
  'state.failed': '无法播放',
  'reason.unauthorized': '播放授权已过期，正在重新获取。',
  'reason.expired': '播放授权已过期，正在重新获取。',
  'reason.forbidden': '没有观看此流的权限。',
  'reason.not_found': '没有这路流。请检查名称，或启动推流端。',
  'reason.kicked': '管理员结束了本次观看。',
  'reason.codec': '当前浏览器无法解码 {message}。请将摄像机改为 H.264，或换用支持 H.265 的浏览器。',
  'reason.unavailable': '源没有出流，请查看该流的诊断。',
  'reason.timeout': '源未在规定时间内应答。',
  'reason.exhausted': '服务器观看数已达上限。',
  'reason.internal': '播放器或服务器内部出错。',
  'reason.connection_lost': '与服务器的连接已断开。',
  'reason.decode': '浏览器无法解码画面。',
  'reason.overflow': '本机处理不过来此路视频。',
  'reason.stalled': '{message} 秒没有新画面。',
  'reason.no_engine': '服务器提供的播放方式在此浏览器中都不可用。',
  'reason.no_mse': '此浏览器不支持 MSE。',
  'reason.no_websocket': '此浏览器不支持 WebSocket。',
  'reason.no_offer': '服务器未给出播放授权。',
  'step.start': '启动',
  'step.playing': '出画面',
  'step.fault': '失败',
  'step.down': '改用下一种方式',
  'step.climb': '重试更优方式',
  'step.unsupported': '此处不可用',
  'step.parameters': '参数已更新',
  'step.switch': '请求切换码流',
  'step.switched': '已切换码流',
  'action.retry': '重试',
  'action.play': '播放',
  'action.mute': '静音',
  'action.unmute': '打开声音',
  'action.volume': '音量',
  'action.stats': '统计',
  'action.snapshot': '截图',
  'action.fullscreen': '全屏',
  'stats.engine': '播放方式',
  'stats.worker': '工作线程',
  'stats.page': '主线程',
  'stats.codec': '编码',
  'stats.size': '分辨率',
  'stats.fps': '显示帧率',
  'stats.dropped': '丢帧',
  'stats.bitrate': '码率',
  'stats.buffer': '缓冲',
  'stats.latency': '延迟（下限）',
  'stats.reconnects': '重连次数',
  'stats.refused': '未传送',
  'stats.steps': '最近步骤',
};

export const catalogues: Record<'en' | 'zh-CN', Catalogue> = { en, 'zh-CN': zhCN };

export function createTranslator(locale: 'en' | 'zh-CN'): Translator {
  const catalogue = catalogues[locale];
  return (key, params = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** Codes with which the server says what is wrong with this very stream. */
const SERVER_EXPLAINS = new Set(['unavailable', 'not_found', 'timeout', 'exhausted', 'forbidden']);

/** The sentence for a reason: the server's own where it knows more, else ours. */
export function reasonText(translate: Translator, reason: { code: string; message?: string | undefined }): string {
  const { code, message } = reason;
  if (message && SERVER_EXPLAINS.has(code)) return message;
  const key = `reason.${code}`;
  if (!(key in en)) return message ?? translate('reason.internal');
  return translate(key as MessageKey, { message: code === 'codec' ? codecNames(message ?? '') : (message ?? '') });
}

const CODEC_NAMES: [RegExp, string][] = [
  [/^(avc1|avc3)/, 'H.264'],
  [/^(hvc1|hev1)/, 'H.265'],
  [/^av01/, 'AV1'],
  [/^mp4a/, 'AAC'],
  [/^opus/i, 'Opus'],
  [/^flac/i, 'G.711 (FLAC)'],
];

/** A MIME type's codecs by the names that people use, for example `H.265 + AAC`. */
export function codecNames(mime: string): string {
  const codecs = /codecs="(.+)"/.exec(mime)?.[1]?.split(',') ?? [mime];
  return codecs.map((codec) => CODEC_NAMES.find(([pattern]) => pattern.test(codec.trim()))?.[1] ?? codec.trim()).join(' + ');
}
