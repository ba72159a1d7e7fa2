//! 国标设备.

pub(super) const CATALOGUE: &[(&str, &str)] = &[
    (
        "GB/T 28181 is switched off. Set gb28181.listen and restart the server.",
        "国标接入已关闭。请设置 gb28181.listen 并重启服务器。",
    ),
    (
        "The device {} is not signed in. Check its power, the network, and the server that is set in it.",
        "设备 {0} 未注册。请检查供电、网络和设备中填写的平台参数。",
    ),
    ("The device {} is not signed in. {}", "设备 {0} 未注册。{1}"),
    ("The device {} is not signed in", "设备 {0} 未注册"),
    (
        "It is not signed in. Check its power, the network, and the server that is set in it.",
        "设备未注册。请检查供电、网络和设备中填写的平台参数。",
    ),
    (
        "Its device is not signed in. Check its power, the network, and the server that is set in it.",
        "所属设备未注册。请检查供电、网络和设备中填写的平台参数。",
    ),
    ("Its device says that it is off.", "所属设备报告该通道离线。"),
    (
        "Its device tried to sign in from {} with a wrong password or user name. Compare both with the camera's page.",
        "所属设备从 {0} 注册时密码或用户名错误，请与摄像机页面上的核对。",
    ),
    ("Its code signs in from {} and from {} in turn.", "该编码交替从 {0} 和 {1} 注册。"),
    ("Two devices may have it: give one of them another code.", "可能有两台设备使用同一编码：请更换其中一台的编码。"),
    ("It is not permitted: add it as a device.", "未获许可：请添加为设备。"),
    (
        "It tried with a wrong password or user name. Compare both with the camera's page.",
        "注册时密码或用户名错误，请与摄像机页面上的核对。",
    ),
    (
        "It tried with a wrong password too often and is not listened to for ten minutes. Correct the password, then wait.",
        "密码错误次数过多，十分钟内不再受理。请改正密码后等待。",
    ),
    ("It tried from {} with a wrong password or user name.", "它从 {0} 注册时密码或用户名错误。"),
    (
        "It tried from {} with a wrong password too often, and is locked out for ten minutes.",
        "它从 {0} 注册时密码错误次数过多，已锁定十分钟。",
    ),
    ("It tried from {} and is not permitted: add it as a device.", "它从 {0} 注册，但未获许可：请添加为设备。"),
    (
        "Check the camera's own page: server {}, domain {}, port {}, the camera's code {} and its password.",
        "请检查摄像机页面：服务器编码 {0}，域 {1}，端口 {2}，设备编码 {3} 及其密码。",
    ),
    ("The device is switched off here.", "该设备已在本平台停用。"),
    (
        "The device signed in with the password for trials. Add it as a device first.",
        "该设备以试用口令接入，请先添加为设备。",
    ),
    ("{} is not in the device's catalog any more. Read the catalog again.", "{0} 已不在设备目录中，请重新读取目录。"),
    ("Name 1 to {} cameras.", "请指定 1 至 {0} 个摄像机。"),
    ("the device said nothing within two minutes", "设备两分钟内没有应答"),
    ("nothing new came any more", "设备没有再发送新的内容"),
    ("the device did not say how many there are", "设备没有告知总数"),
    ("the device came to no end within half an hour", "设备半小时内没有发送完毕"),
    ("there are more than are kept", "超过可保存的数量"),
    ("{} items have come; the rest did not ({}). Ask again.", "已收到 {0} 项，其余未到（{1}），请重新读取。"),
    ("The catalog did not come: {}.", "目录读取失败：{0}。"),
    (
        "The device announced {} recordings and told of {}. Ask for a shorter time.",
        "设备称有 {0} 段录像，实际返回 {1} 段。请缩短查询时间。",
    ),
    (
        "The device did not say how many recordings there are; some may be missing.",
        "设备没有说明录像总数，可能有遗漏。",
    ),
    ("This is after the begin, and at most seven days.", "结束时间应晚于开始时间，且不超过七天。"),
    ("Only recordings can be controlled.", "只有录像可以控制。"),
    ("Seconds after the begin of the recording.", "应为录像开始后的秒数。"),
    ("A speed is 0.25 to 8 times, or the same backwards.", "倍速为 0.25 至 8 倍，负数为倒放。"),
    (
        "An order is reboot, record, stop_record, guard, unguard, reset_alarm or key_frame.",
        "命令为 reboot、record、stop_record、guard、unguard、reset_alarm 或 key_frame。",
    ),
    ("This is no code ({}).", "编码不正确（{0}）。"),
    ("This is no code of a device ({}).", "不是设备编码（{0}）。"),
    ("This is a code of 20 digits, such as {} ({}).", "应为 20 位编码，例如 {0}（{1}）。"),
    (
        "Another device has this code. Change one of them, or remove it.",
        "已有其他设备使用该编码，请修改或删除其中之一。",
    ),
    ("A device signs in with a password: set the one that is set in it.", "设备用密码注册：请填写设备中设置的密码。"),
    (
        "The codes of device and channel say where its picture is; leave this empty.",
        "设备编码和通道编码已说明画面所在，此处请留空。",
    ),
    ("The option {} is one of: {}.", "选项 {0} 可为：{1}。"),
    (
        "Device is not signed in. Check its power, the network, and the server that is set in it.",
        "设备未注册。请检查供电、网络和设备中填写的平台参数。",
    ),
    ("A part is one of: {}.", "配置块可为：{0}。"),
    (
        "A picture is turned 0 not, 1 horizontally, 2 vertically, 3 both.",
        "画面翻转：0 不翻转，1 水平，2 垂直，3 中心。",
    ),
    ("Say what to change: basic, mirror or osd.", "请说明要修改的内容：basic、mirror 或 osd。"),
    ("This is {} to {}.", "应为 {0} 到 {1}。"),
    (
        "This server takes a device for offline that is silent for {} s; choose less.",
        "设备 {0} 秒没有消息即视为离线，请设置更小的值。",
    ),
    (
        "A picture has at most {} texts of {} characters, without control characters.",
        "画面最多叠加 {0} 行文字，每行最多 {1} 个字符，不能含控制字符。",
    ),
    ("A device takes 1 to {} pictures.", "一次由设备抓拍 1 到 {0} 张。"),
    ("Between two pictures are 1 to {} seconds.", "抓拍间隔为 1 到 {0} 秒。"),
    (
        "Pictures of this camera are on their way already. Wait until they are there.",
        "该摄像机的抓拍正在进行，请等待其完成。",
    ),
    ("Too many devices are waited for. Try again in a minute.", "等待回传的设备过多，请一分钟后再试。"),
    (
        "Devices send pictures by HTTP, which is switched off. Set http.listen.",
        "设备通过 HTTP 回传图片，但 HTTP 未开启。请设置 http.listen。",
    ),
    ("There is no such request.", "没有该抓拍任务，可能已过期。"),
    (
        "The device says that it has finished, and {} of {} pictures came. Check that it reaches {}.",
        "设备表示已完成，但只收到 {0}/{1} 张图片。请检查设备能否访问 {2}。",
    ),
    (
        "The device took the order and sent no picture in time. Check that it reaches {}; the firewall, and gb28181.public_address.",
        "设备接受了抓拍命令，但未在规定时间内回传图片。请检查设备能否访问 {0}、防火墙以及 gb28181.public_address。",
    ),
    ("The device sent {} of {} pictures in time.", "设备在规定时间内只回传了 {0}/{1} 张图片。"),
    ("What the device sent was not taken. {}", "设备回传的内容未被接收：{0}"),
    ("This is no JPEG picture.", "不是 JPEG 图片。"),
    ("A picture has at most {} MB.", "图片最大 {0} MB。"),
    ("The picture did not come in time.", "图片未在规定时间内传完。"),
    (
        "Device cannot do it, as it answers. It may lack this, or want it set on its own page.",
        "设备回复无法执行。设备可能不支持该功能，或需在设备页面上设置。",
    ),
    ("Session is not set up or is over. Play the recording first.", "录像未在播放，请先播放。"),
    (
        "Device answered {} {}. See the device's own log, and the SIP trace.",
        "设备应答 {0} {1}。请查看设备日志和 SIP 信令。",
    ),
    (
        "Device does not answer. Try again; if it stays so, see the SIP trace.",
        "设备没有应答。请重试；如仍然如此，请查看 SIP 信令。",
    ),
    (
        "Device took the message and said nothing in return. Try again; if it stays so, see the SIP trace.",
        "设备收到了消息但没有回复。请重试；如仍然如此，请查看 SIP 信令。",
    ),
    (
        "Device speaks an edition before {}. Set the edition in the device's own page, or do it there.",
        "设备的版本早于 {0}。请在设备页面上设置版本，或在设备上操作。",
    ),
    ("Channel {}: device answered {} {}", "通道 {0}：设备应答 {1} {2}"),
    ("Channel {}: device does not answer", "通道 {0}：设备没有应答"),
    ("The device has no such channel: read its catalog again.", "设备没有该通道：请重新读取目录。"),
    (
        "The device sends to as many as it can: close another viewer of it.",
        "设备的并发路数已满：请关闭它的其他观看者。",
    ),
    (
        "The device does not take our description: try another form of it in the device's settings.",
        "设备不接受会话描述：请在设备设置中换一种。",
    ),
    ("See the device's own log, and the SIP trace.", "请查看设备日志和 SIP 信令。"),
    ("The device or its channel is in trouble; it will be tried again.", "设备或通道故障，将重试。"),
    (
        "Its address may have changed: it is reached again when it sends its next heartbeat.",
        "设备地址可能已变：收到下一次心跳后恢复。",
    ),
    ("The device {} did not answer within {} s", "设备 {0} 在 {1} 秒内没有应答"),
    (
        "The channel's camera may be off: see the device's own page, and the SIP trace.",
        "通道的摄像机可能已关闭：请查看设备页面和 SIP 信令。",
    ),
    (
        "Give gb28181.media_listen a longer range of ports, or close other cameras.",
        "请扩大 gb28181.media_listen 的端口段，或关闭其他摄像机。",
    ),
    (
        "{} at {} is asked to send channel {} by UDP to port {} with SSRC {}.",
        "请求 {1} 的设备 {0} 将通道 {2} 以 UDP 发往端口 {3}，SSRC {4}。",
    ),
    (
        "{} at {} is asked to send channel {} over a connection that it opens to port {} with SSRC {}.",
        "请求 {1} 的设备 {0} 连接端口 {3} 以 TCP 发送通道 {2}，SSRC {4}。",
    ),
    (
        "{} at {} is asked to send channel {} over a connection that we open to port {} with SSRC {}.",
        "请求 {1} 的设备 {0} 在本平台发起的连接上发送通道 {2}（端口 {3}），SSRC {4}。",
    ),
    ("The device is on it ({}).", "设备正在处理（{0}）。"),
    ("The device agreed: {} from {} port {}, SSRC {}.", "设备已同意：{0}，来自 {1} 端口 {2}，SSRC {3}。"),
    ("Packets arrive at UDP port {} from {}.", "{1} 的数据包已到达 UDP 端口 {0}。"),
    ("They hold a program stream.", "数据包内是节目流（PS）。"),
    ("A key frame came {} ms after the answer.", "应答后 {0} 毫秒收到关键帧。"),
    ("The device ended the session", "设备结束了会话"),
    ("The recording has come to its end", "录像已播放完毕"),
    ("The device is not signed in any more", "设备已离线"),
    ("nothing arrived at UDP port {} in {} s", "{1} 秒内 UDP 端口 {0} 没有收到数据"),
    ("the device sent nothing to TCP port {} in {} s", "{1} 秒内设备没有向 TCP 端口 {0} 发送数据"),
    ("Open the port in firewalls between, or set the device to TCP.", "请在防火墙放行该端口，或将设备改为 TCP。"),
    ("Open the port in firewalls between, or set the device to UDP.", "请在防火墙放行该端口，或将设备改为 UDP。"),
    ("See whether the channel has a picture, or set the device to UDP.", "请确认通道有画面，或将设备改为 UDP。"),
    (
        "Switch the SSRC check of the device off, so that it gets a port of its own.",
        "请关闭该设备的 SSRC 校验，使其使用独立端口。",
    ),
    (
        "Have the device name the address that it sends from, or take the address translation between away.",
        "请让设备在应答中写出实际发送地址，或去掉中间的地址转换。",
    ),
    (
        "Set the device to PS without encryption and without private extensions.",
        "请将设备设为 PS 封装，关闭加密和私有扩展。",
    ),
    (
        "Shorten the interval of key frames at the camera; if packets are missing, set the device to TCP.",
        "请缩短摄像机的关键帧间隔；如有丢包，请将设备改为 TCP。",
    ),
    ("Set the camera to H.264 or H.265, without encryption.", "请将摄像机设为 H.264 或 H.265，关闭加密。"),
];
