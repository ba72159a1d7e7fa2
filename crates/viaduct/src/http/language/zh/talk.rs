//! 对讲和广播.

pub(super) const CATALOGUE: &[(&str, &str)] = &[
    ("Only cameras and devices of GB/T 28181 can be spoken to.", "只有国标摄像机和设备可以喊话。"),
    ("You need the right {}:talk there; ask an administrator for it.", "您在该处没有 {0}:talk 权限，请联系管理员。"),
    ("{} speaks there now. Wait until it is over, or ask for the floor.", "{0} 正在喊话。请等其结束，或请其让出。"),
    (
        "The device is not signed in. Check its power, the network, and the server that is set in it.",
        "设备未注册。请检查供电、网络和设备中填写的平台参数。",
    ),
    (
        "The device wants to connect for the sound, which needs a port of its own. Give gb28181.media_listen a range of ports, such as [::]:10000-10199, or set the device's sound to UDP.",
        "设备要以 TCP 连接取音，需要独立端口。请为 gb28181.media_listen 设置端口段，如 [::]:10000-10199，或将设备的语音改为 UDP。",
    ),
    (
        "All ports for media are taken. Give gb28181.media_listen a longer range of ports, or close other cameras.",
        "媒体端口已用尽。请扩大 gb28181.media_listen 的端口段，或关闭其他摄像机。",
    ),
    (
        "The device did not answer the invitation to talk within 10 s. See the SIP trace.",
        "设备 10 秒内没有应答对讲邀请。请查看 SIP 信令。",
    ),
    (
        "The device listens to another kind of sound than G.711 A-law. Set its sound to G.711A.",
        "设备要求的不是 G.711A 音频。请将设备的音频编码设为 G.711A。",
    ),
    ("The device has hung up.", "设备已挂断。"),
    ("The device is not signed in any more.", "设备已离线。"),
    ("It is over.", "已结束。"),
    (
        "The device declined. It may have no loudspeaker, or somebody speaks to it from elsewhere; see its own page.",
        "设备拒绝了喊话。它可能没有扬声器，或正被其他平台喊话；请查看设备页面。",
    ),
    (
        "The device did not ask for the sound within 10 s. It may know only the older talk: set \"How to speak\" to it in the device's settings, or see the SIP trace.",
        "设备 10 秒内没有来取音。它可能只支持旧式对讲：请在设备设置中改“喊话方式”，或查看 SIP 信令。",
    ),
    ("The device took its wish for the sound back. Try again.", "设备取消了取音。请重试。"),
    (
        "The device did not acknowledge our answer. Our address may not be reachable for it: see the SIP trace.",
        "设备没有确认应答，可能访问不到本平台地址。请查看 SIP 信令。",
    ),
    (
        "The device has no such loudspeaker or camera: read its catalog again.",
        "设备没有该扬声器或摄像机：请重新读取目录。",
    ),
    ("Somebody else speaks to the device. Try again later.", "其他人正在对该设备喊话。请稍后再试。"),
    (
        "The device refused: {}. It may have no loudspeaker, or its sound be switched off.",
        "设备拒绝：{0}。它可能没有扬声器，或音频已关闭。",
    ),
    (
        "The device does not answer. It is reached again when it sends its next heartbeat.",
        "设备没有应答。收到下一次心跳后恢复。",
    ),
    ("The server is busy. Try again in a moment.", "服务器繁忙，请稍后再试。"),
    (
        "The device takes no more sound. Try again; if it stays so, restart the device.",
        "设备不再接收声音。请重试；若仍如此，请重启设备。",
    ),
    (
        "No connection to {}, where the device said that it listens. Set its sound to UDP, or have it connect to us.",
        "无法连接设备声明的收音地址 {0}。请将设备语音改为 UDP，或由设备主动连接。",
    ),
    (
        "The device did not connect to TCP port {} for the sound. Open the ports of gb28181.media_listen to it.",
        "设备没有连接 TCP 端口 {0} 取音。请对设备放行 gb28181.media_listen 的端口。",
    ),
    ("The device closed the connection for the sound. See its own log.", "设备断开了取音连接。请查看设备日志。"),
    (
        "No port can be used for the sound ({}). Close other pictures, then try again.",
        "没有可用端口发送声音（{0}）。请关闭其他画面后重试。",
    ),
    ("It was stopped.", "已停止。"),
    ("You have hung up.", "您已挂断。"),
    (
        "Nothing came from your browser for two seconds. Check the network, then speak again.",
        "浏览器 2 秒没有数据。请检查网络后重新喊话。",
    ),
    ("The session has ended.", "登录已失效。"),
    (
        "Only WAV files with PCM or G.711 can be played: {}. Convert it, or choose it in the console, which converts what the browser knows.",
        "只能播放 PCM 或 G.711 的 WAV 文件：{0}。请转换格式，或在控制台中选择，控制台会转换浏览器支持的格式。",
    ),
    ("it is no WAV file", "不是 WAV 文件"),
    ("the WAV file does not say what it holds", "WAV 文件没有格式说明"),
    ("the WAV file holds sound of coding {} with {} bits", "WAV 文件的编码为 {0}，{1} 位"),
    ("the WAV file holds {} channels at {} Hz", "WAV 文件为 {0} 声道、{1} Hz"),
    ("the WAV file is empty", "WAV 文件没有声音"),
    ("A file has at most 10 minutes of sound.", "文件最长 10 分钟。"),
    ("There is no file that is played there.", "没有正在播放的文件。"),
];
