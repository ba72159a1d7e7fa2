export default {
  brand: { name: 'Viaduct 视频云', claim: '智慧交通视频云平台' },
  page: {
    menu: '主导航', setup: '首次设置', login: '登录', wall: '视频墙', streams: '流', stream: '流详情',
    sources: '拉流源', server: '服务器', not_found: '没有这个页面',
  },
  action: {
    close: '关闭', cancel: '取消', save: '保存', retry: '重试', undo: '撤销', copy: '复制', copied: '已复制', edit: '编辑', delete: '删除', refresh: '刷新',
  },
  session: {
    log_in: '登录', logging_in: '正在登录…', log_out: '退出登录', username: '用户名', password: '密码', ended: '登录已过期，请重新登录，之后会回到刚才的页面。',
  },
  setup: {
    title: '设置管理员密码', intro: '这台服务器还没有管理员。设置密码后即可使用，用户名为 admin。', code: '安装码', code_note: '安装码打印在服务器的启动日志里。',
    password: '新密码', password_note: '至少 {count} 个字符。', again: '再输入一次', differs: '两次输入不一致。', submit: '完成设置',
  },
  https: {
    plain: '当前为 HTTP：看视频不受影响；改用 HTTPS 后，密码和视频在网络上加密传输，并可使用对讲。',
    plain_link: '改用 HTTPS 打开',
  },
  feed: { lost: '与服务器的连接已断开，数据截至 {time}，正在重连…' },
  load: { streams: '流', viewers: '观看', in: '入', out: '出', cpu: 'CPU', memory: '内存' },
  state: {
    live: '直播', waiting: '等待', idle: '空闲', failed: '故障', connecting: '连接中', backing_off: '等待重试', playing: '正常', unknown: '未知',
  },
  wall: {
    online: '在线 {online} / {total}', tile: '第 {number} 格：{stream}', empty: '空', drop_here: '把流拖到这里，或点击左侧列表', clear: '移出此格', clear_all: '清空',
    layout: '布局', layout_key: '{count} 画面（按键 {key}）', keys: '1–4 布局 · 方向键选格 · 回车放大 · Delete 清除 · F 全屏', list: '显示或隐藏列表', fullscreen: '全屏', fullscreen_key: '全屏（F）', on_wall: '已在墙上',
  },
  streams: {
    search: '搜索应用或名称', none: '还没有流。用推流地址推流，或添加摄像机。', none_found: '没有匹配的流。',
  },
  problem: {
    retry_after: '{seconds} 秒后再试。',
    unauthorized: { text: '用户名或密码不对。', next: '检查大小写后再试；忘记密码可在服务器上用 viaduct admin 重设。' },
    forbidden: { text: '没有执行此操作的权限。', next: '请管理员授予权限。' },
    not_found: { text: '没有找到。', next: '它可能已被删除，请刷新列表。' },
    conflict: { text: '与现有的内容冲突。', next: '换一个名称，或先修改现有的。' },
    invalid_input: { text: '输入有误。', next: '改正标出的内容后再试。' },
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
