export default {
  brand: { name: 'Viaduct 视频云', claim: '智慧交通视频云平台' },
  page: {
    menu: '主导航', more: '更多', setup: '首次设置', login: '登录', wall: '视频墙', streams: '流', stream: '流详情',
    cameras: '摄像机', camera: '摄像机详情', groups: '摄像机分组', devices: '设备', patrols: '轮巡', patrol: '轮巡', patrol_log: '轮巡记录', sources: '拉流源', snapshots: '快照', snapshot_plans: '截图计划', upload_targets: '上传目标', share: '共享的画面', relays: '转推', sessions: '会话', applications: '规则', hosts: '虚拟主机', hooks: '回调', people: '人员', roles: '角色', audit: '审计', server: '服务器', account: '我的账号', not_found: '没有这个页面',
  },
  action: {
    close: '关闭', cancel: '取消', save: '保存', retry: '重试', undo: '撤销', copy: '复制', copied: '已复制', qr: '二维码', qr_note: '用手机扫码，取得这个地址。', edit: '编辑', delete: '删除',
  },
  session: {
    log_in: '登录', logging_in: '正在登录…', wait: '{seconds} 秒后可再试', log_out: '退出登录', username: '用户名', password: '密码', ended: '登录已过期，请重新登录，之后会回到刚才的页面。',
  },
  setup: {
    title: '设置管理员密码', intro: '这台服务器还没有管理员。设置密码后即可使用，用户名为 admin。', code: '安装码', code_note: '安装码打印在服务器的启动日志里。',
    password: '新密码', password_note: '至少 {count} 个字符。', again: '再输入一次', differs: '两次输入不一致。', submit: '完成设置',
  },
  https: {
    plain: '当前为 HTTP：看视频不受影响；改用 HTTPS 后，密码和视频在网络上加密传输，并可使用对讲。',
    plain_link: '改用 HTTPS 打开',
  },
  feed: { loading: '正在读取…', lost: '与服务器的连接已断开，数据截至 {time}，正在重连…' },
  load: { streams: '流', viewers: '观看', in: '入', out: '出', cpu: 'CPU', memory: '内存' },
  state: {
    live: '直播', waiting: '等待', idle: '空闲', failed: '故障', connecting: '连接中', backing_off: '等待重试', playing: '正常', unknown: '未知', sending: '推送中', pending: '等待', delivered: '已送达', given_up: '未送达', outside_schedule: '不在计划时段', online: '在线', offline: '离线', disabled: '已停用', ended: '已播完',
  },
  wall: {
    online: '在线 {online} / {total}', tile: '第 {number} 格：{stream}', empty: '空', drop_here: '把摄像机或流拖到这里，或点击左侧列表', clear: '移出此格', clear_all: '清空', camera: '摄像机 {number}', no_camera: '没有这台摄像机，或无权观看。', disabled: '摄像机已停用。', sources: '可上墙的画面', screen: '屏幕 {name}', filled: '已放入前 {fit} 路，共 {total} 路。', undo: '撤销（Ctrl+Z）',
    layout: '布局', pictures: '{count} 画面', free: '自定义', columns: '列', rows: '行', join_note: '选中第 {number} 格。合并也可用 Shift 点击另一格。', join_right: '向右合并', join_down: '向下合并', part: '拆分',
    keys: '数字调用视图 · +/− 画面数 · 方向键选格 · 回车放大 · Delete 移出 · F 全屏', list: '显示或隐藏列表', fullscreen: '全屏', fullscreen_key: '全屏（F）', on_wall: '已在墙上',
  },
  patrols: {
    add: '新建轮巡', edit: '编辑轮巡', name: '名称', layout: '每页画面', pictures: '{count} 画面', dwell: '每页停留（秒）', shuffled: '每轮打乱顺序', snapshot: '每个停留点留一张快照', cameras: '轮巡的摄像机',
    pick: '从左侧选择摄像机，按组织可整组加入。', preset: '预置位', up: '上移', down: '下移', saved: '轮巡已保存。', deleted: '已删除轮巡“{name}”。', none: '还没有轮巡。新建一个，选好摄像机，就能自动逐页查看。',
    start: '开始', log: '记录', facts: '{cameras} 路 · {layout} 画面 · 每页 {dwell} 秒', not_now: '现在不在运行时段', with_snapshot: '留快照',
    place: '第 {first}–{last} 路，共 {all} 路 · 第 {round} 轮', next: '下一页：{names}', back: '上一页（←）', forward: '下一页（→）', pause: '暂停', go_on: '继续', leave: '结束轮巡', progress: '本页进度',
    closed: '现在不在这个轮巡的运行时段，到时自动开始。', nothing: '轮巡里的摄像机都不在线，恢复后自动继续。',
    log_of: '轮巡记录：{name}', print: '打印', at: '时间', camera: '摄像机', outcome: '结果', person: '人员', picture: '快照', outcomes: { shown: '已查看', offline: '离线，跳过', skipped: '手动跳过' }, no_log: '还没有运行过。', older: '更早的记录',
  },
  views: {
    title: '视图', add: '保存为视图', edit: '修改视图', save: '把当前画面存为视图', name: '名称', number: '编号', number_note: '1 至 {max}，按数字键调用；可不填。', share: '共享', share_with: '共享给此组织及其下级', replace: '改为当前画面和布局', shared: '共享', shared_by: '{name} 共享', none: '还没有视图。', saved: '视图“{name}”已保存。', deleted: '已删除视图“{name}”。', no_number: '没有编号为 {number} 的视图。', unknown_layout: '这个视图的布局无法识别，请更新控制台。',
    screens: '大屏', no_screens: '没有打开的大屏。输入名称，在大屏所接的显示器上打开。', screen_name: '大屏名称', open_screen: '打开', send: '送上屏', sent: '已送到“{name}”。',
  },
  cameras: {
    add: '添加摄像机', edit: '修改摄像机', import: '导入', name: '名称', road: '道路与桩号', code: '编码', device: '设备', tags: '标签', tag: '标签', add_tag: '加标签', any_state: '所有状态', choose: '选择 {name}', choose_all: '选择本页全部', saved: '已保存 {name}。', more: '更多信息', enabled: '启用', ptz: '可控云台',
    main: '主码流地址', sub: '子码流地址', road_code: '道路编号', road_name: '道路名称', stake: '桩号', direction: '方向', carriageway: '位置类型', position: '经纬度（WGS-84）', longitude: '经度', latitude: '纬度', crs: '坐标系', maintainer: '维护', facts: '资料', link: '复制链接', link_copied: '链接已复制，有权限的人可打开。', no_picture: '没有可播放的画面。',
    directions: { up: '上行', down: '下行', both: '双向' }, carriageways: { main: '主线', ramp: '匝道', tunnel: '隧道', bridge: '桥梁', toll: '收费站', service_area: '服务区', intersection: '路口' }, systems: { wgs84: 'WGS-84', gcj02: 'GCJ-02（火星坐标）', bd09: 'BD-09（百度）' },
    bulk: '已选 {count} 台', enable: '启用', disable: '停用', move: '移到此组织', changed: '已修改 {count} 台。', removed: '已删除 {count} 台。',
    choose_table: '选择表格…', import_note: 'XLSX，或 UTF-8、GB18030 的 CSV；第一行是表头，每行一台。', template: '{format} 模板', import_into: '没有写组织的行归入', import_now: '导入 {count} 台', report: '共 {rows} 行：新增 {added}，修改 {changed}，不变 {unchanged}，有误 {refused}；新设备 {devices} 台。', ignored: '不使用的列：{columns}', errors: '有误的单元格', row: '行', column: '列', value: '内容', wrong: '问题', imported: '已新增 {added} 台，修改 {changed} 台。',
  },
  groups: {
    all: '摄像机', any: '所有分组', add: '新建分组', name: '名称', rename: '重命名', delete: '删除分组', organisation_note: '分组一直属于这个组织，成员须在该组织或其下级；可授权给用户。', saved: '分组“{name}”已保存。', deleted: '已删除分组“{name}”。',
    delete_title: '删除分组“{name}”？', delete_text: '摄像机本身保留。还有用户拥有该分组的权限时不能删除。', none: '还没有分组。把相关的摄像机（如各隧道洞口）放进一个分组，就可以只授权这些摄像机。', none_in: '分组里还没有摄像机。', cameras: '{count} 台',
    pick_all: '全部加入', add_members: '添加摄像机', add_members_to: '向“{name}”添加摄像机', pick: '点选摄像机，按组织可整组加入。', picked: '要加入的摄像机', unpick: '不加入', join: '加入 {count} 台', join_one: '加入分组', choose: '选择分组', full: '一次最多 {count} 台。', leave: '移出分组', leave_many: '移出 {count} 台',
    joined: '{count} 台已加入“{name}”。', left: '{count} 台已移出“{name}”。', of: '分组 {name}', grant_note: '只对分组里的摄像机有效；角色中与摄像机无关的权限不起作用。',
  },
  devices: {
    add: '添加设备', edit: '修改设备', driver: '接入方式', any_driver: '所有接入方式', drivers: { url: '拉流（URL）', push: '设备推流', sim: '模拟' }, address_note: '通道地址可以相对于它，如 rtsp://10.0.0.7:554；可不填。', vendor: '厂商', model: '型号', serial: '序列号', channels: '通道', search: '名称、地址、厂商、型号或序列号', none: '还没有设备。', none_found: '没有匹配的设备。', delete_title: '删除设备 {name}？', delete_text: '它的 {count} 个通道一并删除，不能恢复。',
  },
  ptz: {
    title: '云台', connecting: '正在连接…', free: '无人控制', own: '由你控制', held: '{name} 正在控制', release: '释放', preempted: '{name} 已接管控制。', stopped: '已停止：{why}', home: '归位', speed: '速度', zoom: '变倍', focus: '聚焦', iris: '光圈', preset: '预置位', cruise: '巡航 {number}', frame: '拖出一个框，画面转到并放大该处',
    gamepad: '手柄已连接：左摇杆转动，扳机变倍，肩键聚焦。',
    edit_tours: '编辑预置位和巡航', add_preset: '添加预置位', edit_preset: '修改预置位', add_cruise: '添加巡航', edit_cruise: '修改巡航', number: '编号（1–{max}）', name: '名称', preset_note: '保存摄像机当前的朝向。', preset_again: '该编号将改为摄像机当前的朝向。只改名称时，请先转到该预置位。', go_there: '转到该预置位', not_in_device: '设备中已没有', step_preset: '第 {number} 步的预置位', step_dwell: '第 {number} 步的停留秒数', remove_step: '移除第 {number} 步', add_step: '添加一步', seconds: '秒', delete_title: '删除“{name}”？', delete_text: '删除后不能恢复。',
    up: '上', down: '下', left: '左', right: '右', up_left: '左上', up_right: '右上', down_left: '左下', down_right: '右下',
  },
  share: { title: '分享画面', open: '分享', make: '生成链接', link: '链接（只显示这一次）', picture: '码流', main: '主码流', sub: '子码流', watermark: '水印文字', minutes: '{count} 分钟', end: '收回链接' },
  palette: { title: '快速查找', open: '快速查找（Ctrl+K）', hint: '页面、摄像机、桩号或视图', page: '页面', none: '没有找到。' },
  keyboard: { title: '键盘快捷键', palette: '快速查找', shortcuts: '显示快捷键', view: '按编号调用视图', pictures: '增减画面数', select: '选择格', enlarge: '放大或还原', shrink: '还原', clear: '移出此格', undo: '撤销布局修改', fullscreen: '全屏' },
  list: { pages: '翻页', page: '第 {page} / {pages} 页', back: '上一页', on: '下一页' },
  tree: {
    cameras: '摄像机', search: '名称、拼音首字母、编码、桩号或标签', which: '显示', all: '全部', favourites: '收藏', recent: '最近', found: '找到 {total} 台，显示 {shown} 台', none_found: '没有匹配的摄像机。', none: { all: '还没有摄像机。', favourites: '还没有收藏。', recent: '还没有看过摄像机。' }, more: '还有 {count} 台…', show_all: '全部上墙', favourite: '收藏',
  },
  streams: {
    state: '状态', name: '名称', codecs: '编码', size: '分辨率', bitrate: '码率', fps: '帧率', viewers: '观看', publisher: '推流端', since: '持续', all: '全部', from_source: '由拉流源提供',
    search: '搜索应用或名称', none: '还没有流。用推流地址推流，或添加摄像机。', none_found: '没有匹配的流。',
  },
  stream: {
    diagnosis: '诊断', rate: '码率与帧率（近 2 分钟）', viewers: '观看者', no_viewers: '现在没有人观看。', no_tracks: '还没有收到轨道。', urls: '播放地址', facts: '轨道与统计', gop: '关键帧间隔', gop_value: '{frames} 帧 · {seconds} s · {size}',
    joinable: '可立即出画面', yes: '是', no: '否（GOP 超出上限，需等下一个关键帧）', b_frames: '含 B 帧', channels: '{count} 声道', chart: '近两分钟的码率与帧率曲线',
    cut: '断开推流端', cut_title: '断开推流端？', cut_text: '推流端会被断开；它可能自动重连。观看者会停在最后一帧等待。', cut_done: '已断开推流端。',
  },
  track: { video: '视频', audio: '音频', data: '数据' },
  url: { rtsp: 'RTSP', rtmp: 'RTMP', flv: 'HTTP-FLV', ws_flv: 'WS-FLV', mp4: 'HTTP-fMP4', ws_mp4: 'WS-fMP4', ts: 'HTTP-TS', ws_ts: 'WS-TS', hls: 'HLS', hls_ts: 'HLS (TS)', hls_audio: 'HLS（仅声音）', hls_cdn: 'HLS (CDN)', dash: 'DASH' },
  counter: {
    frames: '帧', key_frames: '关键帧', bytes: '流量', jumps: '时间跳变', wraps: '时间戳回绕', rollbacks: '时间回退', reordered: '重排帧', dropped: '丢弃帧', gop_overflows: 'GOP 超限', config_changes: '参数变更', publishers: '推流次数',
  },
  viewer: {
    protocol: '协议', address: '地址', user: '用户', since: '时长', rate: '速率', bytes: '流量', lag: '落后', reception: '丢包 {loss} %，抖动 {jitter} ms', skips: '跳帧', kick: '踢出', kick_title: '踢出观看者？', kick_text: '{address}（{protocol}）会立即断开。', kicked: '已踢出。',
  },
  leg: {
    name: '域名解析', connect: '网络连接', tls: '加密握手', auth: '身份验证', answer: '信令应答', media: '收到媒体', key_frame: '关键帧', publish: '推流', codec: '编码', time: '时间戳',
  },
  step: { good: '通过', bad: '未通过' },
  sources: {
    add: '添加摄像机', edit: '编辑拉流源', search: '搜索名称或地址', none: '还没有拉流源。添加摄像机后，平台会按需或持续拉流。', none_found: '没有匹配的拉流源。', url: '地址', url_example: '协议://主机:端口/路径', url_note: 'rtsp(s)://、rtmp(s)://、http(s)://（FLV、TS、fMP4、MKV、HLS）、udp://、file:（MP4、MKV、WebM、FLV、TS）', username: '用户名', password: '密码', password_kept: '不填则保持不变',
    app: '应用', name: '名称', name_rule: '只能用字母、数字、- 和 _，最长 64 个字符。', mode: '拉流方式', on_demand: '按需', on_demand_note: '有人观看时才拉流', always: '持续', always_note: '始终保持拉流',
    test: '测试连接', testing: '正在测试…', clock: '摄像机时钟', last_error: '最近的问题', created: '添加时间', failures: '连续失败 {count} 次', next_attempt: '{seconds} 秒后重试',
    save_failing_title: '测试未通过，仍要保存？', save_failing_text: '{reason}保存后平台会继续重试。', save_anyway: '仍然保存', saved: '已保存 {name}。', deleted: '已删除 {name}。',
  },
  schedule: {
    title: '时间表', always: '任何时间', windows: '仅在指定时段', window: '时段 {number}', from: '开始（时:分）', to: '结束（时:分，最晚 24:00）', next_day: '次日', add: '添加：', opens: '{time} 开启', note: { source: '按服务器时钟（{zone}）。时段之外不拉流，观看者会看到流结束，或规则设置的垫片。', patrol: '按服务器时钟（{zone}）。时段之外轮巡等待，到时自动开始。', right: '按服务器时钟（{zone}）。时段之外没有这项权限。' },
    day: { 1: '周一', 2: '周二', 3: '周三', 4: '周四', 5: '周五', 6: '周六', 7: '周日' }, preset: { workdays: '工作日 7–19 点', daytime: '每天 6–22 点', nights: '每晚 22–6 点' },
  },
  import: {
    title: '导入列表', list: '频道列表（M3U）', note: '每行一个地址，带名称的 #EXTINF 行可省略。', file: '从文件读取…', check: '检查', do: '导入 {count} 路', added: '将添加', known: '已存在', refused: '不可用', summary: '将添加 {added} 路，已存在 {known} 路，不可用 {refused} 路。', done: '已添加 {count} 个拉流源。',
  },
  server: {
    history: '最近一小时的负载', time_zone: '时间表所用时区：{zone}', dev: '开发模式：只监听本机，推流和播放不需要令牌。', uptime: '运行时间', shards: '{count} 个媒体线程', listeners: '监听端口', protocol: '协议', address: '地址', tls: 'TLS 证书', self_signed: '自签名证书，浏览器会提示不受信任。', signed: '由证书机构签发。', not_after: '有效期至 {time}。', fingerprint: 'SHA-256 指纹',
  },
  config: {
    title: '生效的配置', key: '键', value: '值', origin: '来源', takes_effect: '生效方式', live: '立即', restart: '重启后', secret: '已设置', search: '搜索键', changed_only: '只看非默认值', reload: '重新加载', changed: '已更新：{keys}', unchanged: '配置没有变化。', needs_restart: '重启后生效：{keys}',
  },
  origin: { default: '默认', file: '配置文件', environment: '环境变量', 'command line': '命令行' },
  token: {
    title: '播放与推流地址', action: '用途', play: '播放', publish: '推流', name: '名称（* 为全部）', term: '有效期', create: '生成地址', until: '有效期至 {time}', token: '令牌', note: '给没有账号的人或设备使用；到期自动失效。', hours: '{count} 小时', days: '{count} 天',
  },
  relays: {
    add: '添加转推', edit: '修改转推', target: '目标地址', target_note: '{app} 和 {name} 处填入流的名称，{vhost} 处填入虚拟主机；支持 rtmp:// 和 rtsp://。', enabled: '启用', waiting: '没有匹配的流在直播；流上线后自动推送。', off: '已停用。',
    none: '还没有转推。添加后，匹配的流一上线就推送到其他服务器，断线自动重试。', saved: '转推已保存。', deleted: '已删除 {name} 的转推。',
  },
  rules: {
    add: '添加规则', edit: '修改规则', intro: '规则按流的名称生效，越具体的优先；没有规定的取服务器配置。权限和输出方式从下一次会话起生效，HLS 切片与录像设置立即生效，其余各项对之后上线的流生效。', pattern: '适用的流', pattern_note: '写作 应用/名称，可用 * 结尾，如 road/*、road/k12*、*/*；只适用于默认主机。其他虚拟主机写作 主机/应用/名称，如 t1/road/*。', streams: '{count} 路在线', default: '默认', nothing: '没有规定任何项。',
    publish: '推流', play: '播放', open: '任何人', token: '需要令牌', off: '禁止', outputs: '输出方式', some_outputs: '只开放部分输出', audio: '声音', audio_keep: '保留', audio_drop: '去除', replace_publisher: '新推流顶替旧推流', encrypt_hls: '加密 HLS 分片（无低延迟、无 DASH）', hls_always: 'HLS 与 DASH 切片', hls_always_true: '从首帧起始终切片', hls_always_false: '按需切片', hls_always_note: '始终切片时，首个观看者即可得到完整的切片窗口；无论有无观看，每路流都占用处理器。', record: '需要录像', record_note: '本服务器不录像，仅告知其他系统：通过回调 publish、stream_up 以及接口中的字段。', slate: '垫片', slate_note: '推流端或源中断时给观看者播放的文件（MP4、MKV、WebM、FLV、TS），放在数据目录的 files 文件夹。', origins: '源站', silent_origin: '{origin} 在 {seconds} 秒前没有应答，暂时先询问其他源站。', origins_note: '本机没有的流在有人观看时从这些服务器拉取；每行一个地址，优先的在前，用 {app} 和 {name} 表示流名。', yes: '是', no: '否',
    merge_window_ms: '合并发送间隔', publisher_grace_ms: '推流中断后保留', idle_close_ms: '无人观看多久停拉', interleave_wait_ms: '音视频交织等待', gop_cap_bytes: 'GOP 缓存上限',
    output: { rtmp: 'RTMP', rtsp: 'RTSP', flv: 'FLV', fmp4: 'fMP4', ts: 'TS', hls: 'HLS', dash: 'DASH' },
    defaults: '其余的流（服务器配置）', effective: '某路流实际生效的设置', effective_note: '应用/名称，或 主机/应用/名称', ask: '查询', apply: '生效的规则：{patterns}', apply_none: '没有规则适用，取服务器配置。', saved: '规则已保存。', deleted: '已删除规则 {name}。',
  },
  hosts: {
    host: '虚拟主机', all: '所有虚拟主机', default: '默认（default）', add: '添加虚拟主机', edit: '修改虚拟主机', name: '名称', name_note: '字母、数字、- 和 _，最多 64 个字符；不区分大小写，之后不能更改。', domains: '域名', domains_note: '每行一个：cam.example.com，或用 *.example.com 表示其下所有域名。精确的域名优先。',
    intro: '不同租户的流可以同名而互不干扰：一次会话属于地址参数 vhost 指定的主机，否则属于所访问域名的主机，否则属于默认主机。新主机上的流在规则放行之前都需要令牌。', counts: '{streams} 路流 · {viewers} 人观看 · {sources} 个拉流源', no_domains: '没有域名，用地址参数 vhost={name} 访问。', none: '还没有虚拟主机，所有的流都在默认主机上。',
    saved: '虚拟主机已保存。', delete_title: '删除虚拟主机 {name}？', delete_text: '其上的 {streams} 路流立即结束，地址不再可用。', deleted: '已删除虚拟主机 {name}。',
  },
  hooks: {
    add: '添加回调', edit: '修改回调', intro: '把事件通知给其他系统，或向它询问：能否推流、能否播放、流在哪里。请求用密钥签名（HMAC-SHA-256）。', none: '还没有回调。', questions: '询问（等待回答）', notices: '通知（保证送达，按顺序，失败重试一天）', timeout: '超时', on_failure: '没有回答时', deny: '拒绝', allow: '放行',
    event: { publish: '推流前', play: '播放前', not_found: '找不到流', no_viewers: '无人观看', stream_up: '流上线', stream_down: '流下线', source_failed: '拉流失败', sessions_ended: '会话结束', server_started: '服务器启动', keepalive: '心跳' },
    facts: '{pattern} · 超时 {timeout}', counts: '已送达 {delivered} · 等待 {pending} · 失败 {failed}', test: '测试', test_good: '对方已接收：HTTP {status}，{took}。', test_bad: '对方没有接收（{status}）：{answer}', secret: '签名密钥', secret_note: '密钥只显示这一次，请复制到对方系统。',
    renew: '更换密钥', renew_title: '更换签名密钥？', renew_text: '旧密钥立即失效，对方在换上新密钥之前会拒收。', what: '事件', when: '时间', attempts: '次数', answer: '回答', again: '重新投递', no_deliveries: '还没有投递。', log: '投递记录', saved: '回调已保存。', deleted: '已删除回调。',
  },
  snapshots: {
    gallery: '图库', stream: '流（应用/名称）', origin: '来源', all: '全部', origins: { manual: '手动', plan: '计划', patrol: '轮巡', preset: '预置位' }, totals: '{count} 张 · {size}', take: '截图', name_stream: '请先在搜索框中填写流（应用/名称）。', overlay: '叠加名称和时间', take_here: '截图存入图库', taken: '已截图。', deleted: '截图已删除。', none: '还没有截图。', older: '更早', no_picture: '无图片', picture_of: '{name}，{time}', kept_until: '保存至 {time}', kept_always: '永久保存', download: '下载',
    add_plan: '添加计划', edit_plan: '编辑计划', plan_name: '名称', interval: '间隔', unit: '单位', units: { s: '秒', min: '分钟', h: '小时', d: '天' }, of_organisation: '组织及其下级的全部摄像机', of_group: '分组里的全部摄像机', none_chosen: '不指定', cameras: '指定的摄像机', other_streams: '其他流', streams_note: '每行一路：应用/名称，或 主机/应用/名称。各路均匀分布在间隔内；组织和分组以执行时为准，离线的跳过。', form: '格式', quality: '质量（1–100）', max_width: '最大宽度（0：原尺寸）', keep_days: '保存天数（0：永久）', target: '上传至', no_target: '不上传',
    plan_facts: '{streams} 路流 · 每 {every}', counts: '已截 {taken} · 跳过 {skipped}（摄像机离线）· 失败 {failed} · 错过 {missed}', last_taken: '最近 {time}', no_plans: '还没有计划。计划会定时为摄像机截图。', plan_saved: '计划已保存。', plan_deleted: '计划“{name}”已删除，其截图保留。',
  },
  targets: {
    add: '添加上传目标', edit: '修改上传目标', name: '名称', kind: '方式', kinds: { http_put: 'HTTP PUT', http_post: 'HTTP POST', http_form: 'HTTP 表单', ftp: 'FTP' }, url_note: '可含 {places}；以 / 结尾时自动加文件名。', proof: '身份验证', proofs: { none: '无', password: '用户名和密码', token: 'Bearer 令牌' }, token: '令牌',
    secret_note: '密码和令牌不会显示；改到另一台服务器时须重新填写。', headers: '附加请求头', header_name: '请求头 {number} 的名称', header_value: '请求头 {number} 的值', add_header: '添加请求头', remove_header: '移除请求头 {number}', saved: '上传目标已保存。', deleted: '已删除上传目标“{name}”，等待上传的截图一并丢弃。',
    test: '测试', test_good: '最近一张截图已送达。', test_bad: '未送达：{why}', retry: '立即重试', retrying: '正在重试等待的 {count} 张。', counts: '等待 {waiting} · 已送达 {sent} · 失败 {failures} · 丢弃 {lost}', last_sent: '最近送达 {time}', none: '还没有上传目标。添加后，截图计划可把截图送往上级平台或文件服务器。',
  },
  sessions: {
    now: '正在观看', ended: '已结束的会话', traffic: '流量', by: '统计方式', by_stream: '按流', by_vhost: '按虚拟主机', by_subject: '按用户', by_protocol: '按协议', by_day: '按天', range: '时间范围', days: '最近 {count} 天', group: '名称', count: '会话数', watched: '观看时长', total: '合计', nobody: '未署名', since: '开始', search: '搜索流、用户或地址', none: '没有记录。', older: '更早的',
  },
  account: {
    menu: '账号：', sessions: '登录的设备', browser: '浏览器或程序', signed_in: '登录时间', seen: '最近活动', this_one: '当前', end: '结束', end_others: '退出其他设备', end_others_text: '其余 {count} 处登录会立即失效，需要重新登录。', ended: '已结束 {count} 处登录。',
  },
  factor: {
    title: '两步验证', on: '已开启', off: '未开启', intro: '开启后，登录时除密码外还需输入手机验证器中的 6 位验证码。', turn_on: '开启', turn_off: '关闭', qr: '两步验证二维码', scan: '用验证器应用扫描二维码，或手动输入密钥；然后输入密码和应用显示的验证码。', secret: '密钥', code: '验证码', code_note: '手机验证器应用中的 6 位数字。', first_code: '应用显示的验证码', now_on: '两步验证已开启。', now_off: '两步验证已关闭。',
  },
  keys: {
    title: '程序密钥', add: '新建密钥', create: '新建', name: '名称', name_example: '例如 数据大屏', days: '有效天数', days_note: '1 至 {max} 天。', rights: '权限（不超过本人的权限）', none: '还没有密钥。密钥让程序以你的名义调用接口，只能做选定的事，随时可删除。', secret: '密钥', made: '密钥“{name}”已建立，只显示这一次，请立即保存。', dates: '建立 {made} · 有效至 {until} · 最近使用 {used}', never: '从未', remove_title: '删除密钥“{name}”？', remove_text: '使用它的程序立即失去访问权限。', removed: '已删除密钥“{name}”。',
  },
  rights: {
    lacking: '你没有“{right}”的权限。', ask: '如需使用，请管理员授予：', home: '返回首页', right: '{action}{kind}',
    actions: { view: '查看', play: '播放', operate: '操作', manage: '管理' },
    kinds: { stream: '流', source: '拉流源', device: '设备', channel: '通道', group: '摄像机分组', view: '视图与大屏', patrol: '轮巡', ptz: '云台', snapshot: '快照', relay: '转推', rule: '规则与虚拟主机', hook: '回调', token: '令牌', traffic: '会话与流量', server: '服务器', organisation: '组织', user: '用户', role: '角色', audit: '审计日志' },
  },
  people: {
    all: '全部', organisations: '组织', organisation: '组织', search_organisation: '搜索组织', no_organisation: '没有匹配的组织。', unfold: '展开或收起', add_organisation: '添加下级组织', edit_organisation: '修改或移动组织', delete_organisation: '删除组织',
    organisation_name: '名称', above: '上级组织', position: '排序', position_note: '小的在前，相同时按名称。', organisation_saved: '组织已保存。', delete_organisation_title: '删除组织“{name}”？', delete_organisation_text: '只能删除空的组织：其下没有组织和用户，也没有人在此有权限。',
    users: '用户', user: '用户', add_user: '添加用户', edit_user: '修改用户', search: '搜索姓名或登录名', none: '这里还没有用户。', none_found: '没有匹配的用户。', sign_in_name: '登录名', display_name: '姓名', enabled: '允许登录', state: '状态', may_sign_in: '可登录', may_not_sign_in: '已停用', factor: '两步验证', on: '已启用', off: '未启用', last_sign_in: '上次登录', never: '从未', deeds: '操作', user_saved: '用户已保存。', deleted: '已删除 {name}。',
    delete_user_title: '删除用户 {name}？', delete_user_text: '其会话和密钥立即失效，不能恢复；审计记录保留。只想暂时不让登录，可改为停用。',
    grants: '权限', grant: '权限 {number}', add_grant: '添加权限', no_grants: '没有权限的用户可以登录，但看不到任何内容。', no_rights: '没有权限', role_of_grant: '角色', grant_at: '适用范围',
    set_password: '设置密码', set_password_of: '设置 {name} 的密码', set_password_note: '该用户的全部会话随即结束，须用新密码重新登录。', password_set: '密码已设置。',
    factor_off: '关闭两步验证', factor_off_title: '关闭 {name} 的两步验证？', factor_off_text: '用于丢失验证器时：之后仅凭密码即可登录，直到本人重新启用。', factor_is_off: '已关闭 {name} 的两步验证。',
    sessions: '登录会话', sessions_of: '{name} 的登录会话', this_session: '当前会话', session_times: '登录 {begun} · 最近 {seen}', end_session: '结束', no_sessions: '没有登录会话。',
    load_again: '载入最新内容，保留我的修改', loaded_again: '已载入最新内容，您修改过的各项保持不变。核对后再保存。',
    role: { administrator: '管理员', operator: '值班员', viewer: '观看者', auditor: '审计员' },
    role_note: { administrator: '一切。', operator: '观看、控制、断开，测试摄像机，发放地址。', viewer: '观看实时视频。', auditor: '查看人员、角色和流量，查看并导出审计日志；不看视频。' },
    built_in: '内置角色', own_roles: '自定义角色', no_own_roles: '还没有自定义角色。内置角色不合适时再添加。', add_role: '添加角色', edit_role: '修改角色', role_name: '名称', permits: '允许的操作', kind: '对象', permitted: '允许', view_follows: '允许其他操作时，也允许查看。', role_saved: '角色已保存。', delete_role_title: '删除角色“{name}”？', delete_role_text: '只能删除没有用户持有的角色。',
  },
  audit: {
    search: '搜索用户、地址、操作或对象', from: '从', to: '到', refresh: '刷新', export: '导出 CSV', check: '校验日志', at: '时间', actor: '用户', address: '来源', action: '操作', target: '对象', outcome: '结果', nobody: '未登录', none: '没有记录。', done: '完成', refused: '被拒绝（{status}）', failed: '失败（{status}）',
    whole: '日志完整：已校验 {rows} 条，未发现改动或缺失。', broken: '日志不完整：已校验 {rows} 条，发现 {count} 处问题。',
    deed: {
      sign_in: '登录', set_up: '首次设置', sign_out: '退出登录', own_password: '修改自己的密码', own_session_ended: '结束自己的会话', own_factor_on: '启用两步验证', own_factor_off: '关闭自己的两步验证', key_made: '创建密钥', key_deleted: '删除密钥',
      organisation_added: '添加组织', organisation_changed: '修改组织', organisation_deleted: '删除组织', role_added: '添加角色', role_changed: '修改角色', role_deleted: '删除角色', user_added: '添加用户', user_changed: '修改用户', user_deleted: '删除用户', password_set: '设置用户密码', factor_off: '关闭用户的两步验证', session_ended: '结束用户的会话',
      played: '观看', publisher_cut: '断开推流端', viewer_cut: '断开观看者', source_added: '添加拉流源', sources_imported: '导入拉流源', source_changed: '修改拉流源', source_deleted: '删除拉流源', probed: '测试摄像机', host_added: '添加虚拟主机', host_changed: '修改虚拟主机', host_deleted: '删除虚拟主机', rule_added: '添加规则', rule_changed: '修改规则', rule_deleted: '删除规则',
      relay_added: '添加转推', relay_changed: '修改转推', relay_deleted: '删除转推', hook_added: '添加回调', hook_changed: '修改回调', hook_deleted: '删除回调', hook_secret: '更换回调密钥', hook_tested: '测试回调', token_made: '生成地址', config_reloaded: '重新加载配置',
    },
  },
  password: { title: '修改密码', current: '当前密码', change: '修改密码', note: '修改后所有设备上的登录都会结束。', changed: '密码已修改，请用新密码登录。' },
  problem: {
    retry_after: '{seconds} 秒后再试。',
    unauthorized: { text: '用户名或密码不对。', next: '检查大小写后再试；忘记密码可在服务器上用 viaduct admin 重设。' },
    forbidden: { text: '没有执行此操作的权限。', next: '请管理员授予权限。' },
    second_factor_required: { text: '请输入验证码。', next: '打开手机上的验证器应用。' },
    second_factor_wrong: { text: '验证码不对，或已经用过。', next: '等应用显示下一个验证码后再试；检查手机时间是否准确。' },
    not_found: { text: '没有找到。', next: '它可能已被删除，请刷新列表。' },
    conflict: { text: '与现有的内容冲突。', next: '换一个名称，或先修改现有的。' },
    invalid_input: { text: '输入有误。', next: '改正标出的内容后再试。' },
    stale: { text: '其他人已修改过。', next: '载入最新内容后再保存。' },
    more_than_own: { text: '不能授予超出自己所有的权限。', next: '选择自己拥有的角色和组织，或请管理员授予。' },
    last_administrator: { text: '至少要保留一名管理全部用户的人。', next: '先让另一名用户担任管理员。' },
    timeout: { text: '对方未在规定时间内应答。', next: '检查网络与设备后再试。' },
    unavailable: { text: '现在无法完成。', next: '稍后再试；如持续出现，请看诊断。' },
    exhausted: { text: '已达上限。', next: '结束一些观看或稍后再试。' },
    unsupported: { text: '不支持此操作。', next: '换一种方式。' },
    internal: { text: '服务器内部出错。', next: '再试一次；如持续出现，请查看服务器日志。' },
    setup_required: { text: '服务器尚未完成首次设置。', next: '打开首次设置页面。' },
    setup_code_wrong: { text: '安装码不对。', next: '安装码打印在服务器的启动日志里。' },
    offline: { text: '连不上服务器。', next: '检查网络，或确认服务器正在运行。' },
  },
};
