import type zhCN from './zh-CN';

/** The same keys with other texts. */
type Catalogue<T> = { [K in keyof T]: T[K] extends string ? string : Catalogue<T[K]> };

const en: Catalogue<typeof zhCN> = {
  brand: { name: 'Viaduct', claim: 'Video cloud for road traffic' },
  page: {
    overview: 'Overview', menu: 'Main navigation', more: 'More', setup: 'First run', login: 'Sign in', wall: 'Live wall', streams: 'Streams', stream: 'Stream',
    cameras: 'Cameras', camera: 'Camera', groups: 'Camera groups', devices: 'Devices', gb_devices: 'Devices of GB/T 28181', gb_device: 'Device', device_alarms: 'Alarms of devices', sip_trace: 'SIP trace', patrols: 'Patrols', patrol: 'Patrol', patrol_log: 'Log of a patrol', sources: 'Sources', snapshots: 'Snapshots', snapshot_plans: 'Snapshot plans', upload_targets: 'Upload targets', share: 'Shared picture', relays: 'Relays', sessions: 'Sessions', applications: 'Rules', hosts: 'Virtual hosts', hooks: 'Hooks', people: 'People', roles: 'Roles', audit: 'Audit', server: 'Server', settings: 'Settings', licence: 'Licence', account: 'My account', not_found: 'There is no such page',
  },
  action: {
    close: 'Close', cancel: 'Cancel', save: 'Save', retry: 'Try again', undo: 'Undo', copy: 'Copy', copied: 'Copied', qr: 'QR code', qr_note: 'Scan it to take the address to a phone.', edit: 'Edit', delete: 'Delete',
  },
  session: {
    log_in: 'Sign in', logging_in: 'Signing in…', wait: 'Try again in {seconds} s', log_out: 'Sign out', username: 'User name', password: 'Password', ended: 'Your session has ended. Sign in again to return to the page you were on.',
  },
  provider: {
    or: 'or', sign_in: 'Sign in with {name}', deed: 'Account at the provider', by: 'by provider', mapped: 'by a group of the provider', separator: ', ', mapped_note: 'Given by groups of the sign-in provider and brought up to date at each sign-in: {rights}',
    of: 'Account of {name} at the provider', signs_in: 'This user signs in through {name} and has no password or second factor here.', issuer: 'Provider', subject: 'Subject (sub)',
    subject_note: 'What the provider knows this person by for good, which is not the sign-in name. The refusal that the person sees shows it, and so does the audit log.',
    link: 'Link', unlink: 'Unlink', link_note: 'From then on this user signs in through {name} only: password and second factor are removed and all sessions end; the rights stay.',
    unlink_note: 'All sessions end, and the rights that came from groups of the provider are taken back. Set a password afterwards, or the user cannot sign in.',
    linked: '{name} is linked to the account at the provider.', unlinked: '{name} is unlinked; set a password now.',
    panel: 'How you sign in', panel_note: 'You sign in through the sign-in provider; password and second factor are changed there.',
  },
  setup: {
    title: 'Set the administrator password', intro: 'This server has no administrator yet. Set a password to begin; the user name is admin.', code: 'Setup code', code_note: 'The code is printed in the log of the server when it starts.',
    password: 'New password', password_note: 'At least {count} characters.', again: 'Once more', differs: 'The two entries differ.', submit: 'Finish',
  },
  https: {
    plain: 'You are on plain HTTP. Video works all the same; HTTPS would encrypt passwords and pictures on the network and allow talk-back.',
    plain_link: 'Open with HTTPS',
  },
  feed: { loading: 'Loading…', lost: 'The connection to the server is lost. Data as of {time}; reconnecting…' },
  load: { streams: 'Streams', viewers: 'Viewers', in: 'In', out: 'Out', cpu: 'CPU', memory: 'Memory' },
  state: {
    online: 'Online', offline: 'Offline', disabled: 'Switched off', live: 'Live', waiting: 'Waiting', idle: 'Idle', failed: 'Failed', connecting: 'Connecting', backing_off: 'Will retry', playing: 'Healthy', unknown: 'Unknown', sending: 'Sending', pending: 'Waiting', delivered: 'Delivered', given_up: 'Not delivered', outside_schedule: 'Outside its schedule', ended: 'Played to its end',
  },
  wall: {
    online: '{online} of {total} online', tile: 'Tile {number}: {stream}', empty: 'empty', drop_here: 'Drag a camera or a stream here, or click one in the list', clear: 'Remove from this tile', clear_all: 'Clear', camera: 'Camera {number}', no_camera: 'There is no such camera, or you may not see it.', disabled: 'This camera is switched off.', sources: 'What can be shown', screen: 'Screen {name}', filled: 'The first {fit} of {total} are shown.', undo: 'Undo (Ctrl+Z)',
    layout: 'Layout', pictures: '{count} pictures', free: 'Own grid', columns: 'Columns', rows: 'Rows', join_note: 'Tile {number} is selected. Shift and a click on another tile joins as well.', join_right: 'Join right', join_down: 'Join down', part: 'Part',
    keys: 'Digits call views · +/− pictures · arrows select · Enter enlarges · Delete removes · F full screen', list: 'Show or hide the list', fullscreen: 'Full screen', fullscreen_key: 'Full screen (F)', on_wall: 'on the wall',
  },
  patrols: {
    add: 'New patrol', edit: 'Edit patrol', name: 'Name', layout: 'Pictures of a page', pictures: '{count} pictures', dwell: 'A page stays (seconds)', shuffled: 'Another order each round', snapshot: 'Keep a picture of each stop', cameras: 'Cameras of the patrol',
    pick: 'Choose cameras on the left; an organisation adds all of its own.', preset: 'Preset', up: 'Up', down: 'Down', saved: 'The patrol is saved.', deleted: 'The patrol “{name}” is deleted.', none: 'No patrol yet. Make one, choose its cameras, and they come page after page by themselves.',
    start: 'Start', log: 'Log', facts: '{cameras} cameras · {layout} pictures · {dwell} s a page', not_now: 'not at this time', with_snapshot: 'keeps pictures',
    place: 'cameras {first}–{last} of {all} · round {round}', next: 'next: {names}', back: 'Page before (←)', forward: 'Next page (→)', pause: 'Pause', go_on: 'Go on', leave: 'End the patrol', progress: 'How far this page is',
    closed: 'This patrol does not run at this time; it begins by itself when it does.', nothing: 'No camera of this patrol is online; it goes on when one is.',
    log_of: 'Log of the patrol {name}', print: 'Print', at: 'Time', camera: 'Camera', outcome: 'Outcome', person: 'Person', picture: 'Picture', outcomes: { shown: 'seen', offline: 'offline, passed over', skipped: 'skipped by hand' }, no_log: 'It has not run yet.', older: 'Earlier stops',
  },
  views: {
    title: 'Views', add: 'Save as a view', edit: 'Change a view', save: 'Save what is shown as a view', name: 'Name', number: 'Number', number_note: '1 to {max}; the digit keys call it. May be empty.', share: 'Shared', share_with: 'With this organisation and those below it', replace: 'Take over what the wall shows now', shared: 'shared', shared_by: 'shared by {name}', none: 'There are no views yet.', saved: 'View "{name}" saved.', deleted: 'View "{name}" deleted.', no_number: 'No view has the number {number}.', unknown_layout: 'This console does not know the layout of this view; load it anew.',
    screens: 'Wall screens', no_screens: 'No wall screen is open. Give one a name and open it on its monitor.', screen_name: 'Name of the screen', open_screen: 'Open', send: 'Send', sent: 'Sent to "{name}".',
  },
  cameras: {
    over_licence: 'The table switches on {more} cameras; the licence permits {limit}, so {fitting} more fit. Take rows out, switch them off, or put in a larger licence.',
    none: 'No cameras yet. Add one, or import many from a table.', add: 'Add a camera', edit: 'Change a camera', import: 'Import', name: 'Name', road: 'Road and stake', code: 'Code', device: 'Device', tags: 'Tags', tag: 'Tag', add_tag: 'Add tag', any_state: 'Any state', choose: 'Choose {name}', choose_all: 'Choose all of this page', saved: '{name} saved.', more: 'More', enabled: 'In use', ptz: 'Can be turned',
    main: 'Address of the main picture', sub: 'Address of the small picture', road_code: 'Road number', road_name: 'Road name', stake: 'Stake', direction: 'Direction', carriageway: 'Kind of place', position: 'Position (WGS-84)', longitude: 'Longitude', latitude: 'Latitude', crs: 'Coordinate system', maintainer: 'Maintained by', facts: 'About it', link: 'Copy link', link_copied: 'Link copied; it opens for those with the right.', no_picture: 'There is no picture to play.',
    directions: { up: 'up', down: 'down', both: 'both ways' }, carriageways: { main: 'main line', ramp: 'ramp', tunnel: 'tunnel', bridge: 'bridge', toll: 'toll station', service_area: 'service area', intersection: 'junction' }, systems: { wgs84: 'WGS-84', gcj02: 'GCJ-02', bd09: 'BD-09 (Baidu)' },
    bulk: '{count} chosen', enable: 'Switch on', disable: 'Switch off', move: 'Move here', changed: '{count} changed.', removed: '{count} deleted.',
    choose_table: 'Choose a table…', import_note: 'XLSX, or CSV in UTF-8 or GB18030: a heading, then a camera a row.', template: '{format} template', import_into: 'Rows that name no organisation go to', import_now: 'Import {count}', report: '{rows} rows: {added} new, {changed} changed, {unchanged} as before, {refused} with faults; {devices} new devices.', ignored: 'Columns without a meaning: {columns}', errors: 'Cells with faults', row: 'Row', column: 'Column', value: 'Content', wrong: 'Fault', imported: '{added} added, {changed} changed.',
  },
  groups: {
    all: 'Cameras', any: 'Any group', add: 'New group', name: 'Name', rename: 'Rename', delete: 'Delete group', organisation_note: 'The group stays with this organisation, and its cameras belong there or below; users can be given rights for it.', saved: 'Group “{name}” is saved.', deleted: 'Group “{name}” was deleted.',
    delete_title: 'Delete group “{name}”?', delete_text: 'Its cameras stay. It cannot be deleted while users have rights for it.', none: 'There are no groups yet. Put cameras that belong together, such as all tunnel portals, into a group, and give rights for just these.', none_in: 'No cameras are in this group yet.', cameras: '{count} cameras',
    pick_all: 'Add all', add_members: 'Add cameras', add_members_to: 'Add cameras to “{name}”', pick: 'Choose cameras, or whole organisations.', picked: 'Cameras to be added', unpick: 'Leave out', join: 'Add {count}', join_one: 'Add to group', choose: 'Choose a group', full: 'At most {count} at once.', leave: 'Take out of the group', leave_many: 'Take {count} out',
    joined: '{count} added to “{name}”.', left: '{count} taken out of “{name}”.', of: 'group {name}', grant_note: 'For the cameras of the group only; what the role permits that is not about cameras has no effect.',
  },
  devices: {
    add: 'Add a device', edit: 'Change a device', driver: 'Reached by', any_driver: 'Reached in any way', drivers: { url: 'pulling (URL)', gb28181: 'GB/T 28181', push: 'publishing to us', sim: 'simulated' }, address_note: 'Addresses of channels may be relative to it, such as rtsp://10.0.0.7:554. May be empty.', vendor: 'Vendor', model: 'Model', serial: 'Serial number', channels: 'Channels', search: 'Name, address, vendor, model or serial number', none: 'There are no devices yet.', none_found: 'No device fits.', delete_title: 'Delete device {name}?', delete_text: 'Its {count} channels are deleted with it. This cannot be undone.',
  },
  gb: {
    all: 'All devices', alarms: 'Alarms', trace: 'SIP trace', online: '{count} online', any_state: 'Any state', search: 'Code, name, vendor or address', sheet_title: 'What to set in a camera', sheet_note: 'Copy these into the GB/T 28181 page of the camera, with the password that you give it here.',
    sheet: { server_id: 'SIP server id', domain: 'SIP domain', address: 'Server address', port: 'Port', tls_port: 'Port for TLS', code: 'Device id', username: 'User name', expires: 'Registration (s)', heartbeat: 'Heartbeat (s)', firewall: 'Open in the firewall: {sip} for signalling (UDP and TCP), {media} for media (UDP and TCP).', firewall_tls: 'Open in the firewall: {sip} (UDP and TCP) and {tls} (TLS) for signalling, {media} for media (UDP and TCP).' },
    refused: 'Refused', times: '{count} times', code: 'Code', code_note: '20 digits, as on the page of the camera.', username_note: 'empty: the code', options: { media: 'Media', version: 'Edition', charset: 'Character set', ssrc: 'SSRC', speech: 'How to speak', speech_start: 'Sound begins', clock: 'Clock', positions: 'Positions', redirect: 'Another server' }, redirect_note: "empty: here; else sip:CODE{'@'}ADDRESS:PORT", by_maker: 'as its maker has it', option: { media: { tcp_passive: 'TCP, the device connects', tcp_active: 'TCP, we connect' }, ssrc: { any: 'any', agreed: 'as agreed' }, speech: { broadcast: 'broadcast: the device asks for the sound', talk: 'older talk: we invite the device' }, speech_start: { ack: 'with its ACK', ok: 'with our answer' }, clock: { set: 'set by this server', keep: 'left alone' }, positions: { ask: 'asked for', never: 'not asked for' } }, edition: 'Edition', address: 'Signalling', heard: 'Last heard', cameras: 'Here / cameras', trial: 'by the trial password', none: 'There are no devices of GB/T 28181 yet. Add one, then set this in the camera:',
    reread: 'Read again', facts: 'Device', firmware: 'Firmware', media: 'Media', media_modes: { udp: 'UDP', tcp_passive: 'TCP, the device connects', tcp_active: 'TCP, we connect' }, since: 'Online since', clock: 'Clock', clock_ahead: '{seconds} s ahead', clock_behind: '{seconds} s behind',
    orders: { guard: 'Guard', unguard: 'Stop guarding', reset_alarm: 'Reset alarm', record: 'Record', stop_record: 'Stop recording', reboot: 'Restart' }, ordered: 'Sent: {order}', reboot_text: 'While the device restarts, all its pictures are gone.',
    catalog: 'Catalog', catalog_states: { awaited: 'not read yet', coming: 'coming', whole: 'whole', partial: 'partial' }, which: { cameras: 'Cameras', new: 'New', changed: 'Changed', all: 'All' }, add_first: 'It signed in by the trial password. Add it as a device, then its cameras can be imported.', choose_all: 'Choose all', part_of: 'Part of', here: 'Here', turns: 'turns', watch: 'Watch',
    changes: { new: 'not imported', changed: 'imported, changed', same: 'imported' }, differs: { name: 'name', place: 'place', ptz: 'PTZ', area_code: 'area' }, comma: ', ', no_items: 'The catalog is empty.', more_items: '{count} more are not shown.', gone: 'Not in the catalog any more:', chosen: '{count} chosen', into: 'into', import: 'Import', imported: '{added} added, {changed} changed, {removed} removed',
    recordings: 'Recordings in the device', day: 'Day', ask: 'Search', asking: 'Searching…', ask_note: 'Choose a camera and a day, then search.', line: 'A day as a line with {count} recordings', resume: 'Go on', pause: 'Pause', speed: 'Speed', play: 'Play', download: 'Download', download_part: 'Download a recording', part: { from: 'Begin', to: 'End', from_here: 'Begin at the picture that is shown', to_here: 'End at the picture that is shown', length: '{length} will be fetched, of {whole}.', outside: 'Choose a part that lies within the recording.' }, causes: { time: 'plan', alarm: 'alarm', manual: 'by hand' }, no_recordings: 'No recordings on this day.',
    downloads: { title: 'Downloads', states: { waiting: 'waiting', running: 'fetching', done: 'complete', failed: 'failed' }, save: 'Save', remove: 'Delete the download', remove_text: '{label}, {span}: the file on the server goes; the recording in the device stays.' },
    positions: { title: 'Positions', way: 'The way of {count} positions', north: 'N ↑', sum: '{count} positions, {kilometres} km', place: 'Longitude, latitude', speed: 'Speed', direction: 'Direction', none: 'No positions on this day.' },
    config: {
      title: 'Configuration', device: 'The device itself', target: 'What is asked', read: 'Read it', asking: 'Asking for: {part}…', note: 'Asks the device, one thing after another; what it does not support is said.', edit: 'Change the configuration', saved: 'The device has taken the new configuration.', untold: 'not told', on: 'on', off: 'off',
      parts: { BasicParam: 'Basics', VideoParamOpt: 'What video it can do', VideoParamAttribute: 'Video', FrameMirror: 'Mirroring', OSDConfig: 'Texts in the picture', PictureMask: 'Masks', VideoRecordPlan: 'Recording plan', VideoAlarmRecord: 'Recording of alarms', AlarmReport: 'Alarms that it reports' },
      name: 'Name', expiration: 'Registration (s)', interval: 'Heartbeat (s)', count: 'Missing heartbeats', basic_note: 'With heartbeats too far apart the device counts as offline; it may take new values with its next registration.', speeds: 'Download speeds', resolutions: 'Resolutions', stream: 'Stream {number}', mirror: 'Mirroring', mirrors: { 0: 'none', 1: 'horizontal', 2: 'vertical', 3: 'both' }, osd_time: 'Shows the time', osd_texts: 'Shows texts', osd_lines: 'Texts (a line each, at most 8 of 32 characters)', masks: 'Masks', plan: 'Recording plan', alarm_recording: 'Recording of alarms', around: '{before} s before and {after} s after', motion: 'Motion', field: 'Intrusion',
    },
    equipment: {
      title: 'Memory cards, home position, firmware', read: 'Read', reading: 'Reading…', note: 'Read asks the device for its memory cards and its home position.', cards: 'Memory cards', no_cards: 'The device has no memory card.', used: '{percent} % used', free: '{free} free of {all}',
      states: { ok: 'Good', formatting: 'Formatting', unformatted: 'Not formatted', idle: 'Idle', error: 'Faulty' }, orders: { track: 'Track', stop_track: 'Stop tracking', format_card: 'Format' }, format_title: 'Format memory card {card}?', format_text: 'All recordings and pictures on it are deleted and cannot be brought back.',
      home: 'Home position', home_on: 'Goes to preset {preset} when nobody has steered it for {seconds} s', home_off: 'Off', home_unknown: 'The device has no home position.', home_go: 'Go back when nobody steers', home_preset: 'Preset (1–{max})', home_note: 'The device does this by itself, also while this server is away.',
      upgrade: 'Upgrade firmware', upgrade_do: 'Upgrade', url: 'Address that the device fetches it from', version: 'Version', upgrade_note: 'The device fetches and installs the file and restarts; pictures are interrupted. It tells what became of it. Make sure that the file is for this model.', installed: 'Version {firmware} is installed.',
      upgrades: { under_way: 'Upgrading to {firmware} (ordered {at}).', done: 'Upgraded to {firmware} (ordered {at}).', failed: 'The upgrade to {firmware} failed (ordered {at}).' },
    },
    snap: { title: 'Pictures by the device', count: 'Pictures', interval: 'Seconds between', order: 'Have the device take them', ordering: 'Asking…', come: '{came} of {count} have come', left: 'waiting {seconds} s more, the device sends to {server}', done: '{count} pictures have come and are in the gallery.', note: 'The device takes the pictures itself and sends them by HTTP, without video; they are kept in the gallery.', note_old: 'Needs a device of the edition of 2022.' },
    at: 'Time', priority: 'Priority', priorities: { 1: 'highest', 2: 'high', 3: 'middle', 4: 'low' }, what: 'Kind', source: 'Source', description: 'Description', no_alarms: 'No alarms.', older: 'Older ones',
    methods: { 1: 'telephone', 2: 'device', 3: 'text message', 4: 'GPS', 5: 'video', 6: 'fault', 7: 'other' },
    kinds: { 2: { 1: 'no picture', 2: 'tampering', 3: 'storage full', 4: 'too hot', 5: 'too cold' }, 5: { 1: 'by hand', 2: 'motion', 3: 'object left', 4: 'object taken', 5: 'line crossed', 6: 'intrusion', 7: 'wrong way', 8: 'loitering', 9: 'traffic count', 10: 'density', 11: 'picture faulty', 12: 'fast motion', 13: 'lens covered' }, 6: { 1: 'disk', 2: 'fan' } },
    trace_search: 'Code, method, address or Call-ID', hold: 'Hold', go_on: 'Go on', export: 'Export', only: 'Messages of {code} alone are kept.', keep_all: 'Keep all', trace_note: 'The last messages, without passwords. With many devices, type the code of one, then keep its messages alone.', keep_only: 'Keep {code} alone', no_messages: 'No messages.',
  },
  talk: {
    title: 'Talk', connecting: 'Connecting…', free: 'Nobody speaks', own: 'You speak', held: '{name} speaks', plays: '{name} plays a file', hold_mode: 'Hold to talk', open_mode: 'Stay on', mode: 'How to talk',
    do: { idle: { hold: 'Hold to talk', open: 'Start to talk' }, opening: 'Opening the microphone…', asking: 'Calling the device…', ringing: 'The device picks up…', speaking: { hold: 'Let go to end', open: 'Hang up' } },
    level: 'Level of the microphone', silent: 'Nothing comes from the microphone. See whether it is muted, or another one is chosen.', speak_now: 'The device listens: speak now.', hint: { hold: 'You are heard as long as you hold the button.', open: 'You are heard until you hang up.' },
    trouble: {
      insecure: 'Browsers give the microphone only to pages over HTTPS (or on this computer itself). Open the console by https://; files can be played all the same.', denied: 'The browser was not allowed to use the microphone. Allow it by the icon beside the address, then try again.', missing: 'No microphone was found. Plug one in, then try again.', busy: 'The microphone cannot be opened; another program may use it. Close that one, then try again.',
      unplugged: 'The microphone is gone, and the talk is over.', cut: 'The connection to the server broke, and the talk is over. Talk again once it is back.', broken: 'The browser cannot take in sound. Update it, or play a file.',
    },
    file: 'Play a file…', file_note: 'WAV, MP3 and what else the browser knows, at most 10 minutes', file_reading: 'Converting…', file_stop: 'Stop', file_progress: 'How far the file is', file_done: '“{name}” was played to its end.', file_ended: '“{name}” ended early: {why}',
    file_trouble: { large: 'The file has more than 200 MB. Choose a smaller one.', long: 'The file has more than 10 minutes of sound. Cut it, then try again.', unreadable: 'This browser cannot read the file. Choose a WAV or MP3 file.' },
  },
  ptz: {
    title: 'PTZ', connecting: 'Connecting…', free: 'Nobody steers', own: 'You steer', held: '{name} steers', release: 'Release', preempted: '{name} has taken over.', stopped: 'Stopped: {why}', home: 'Home', speed: 'Speed', zoom: 'Zoom', focus: 'Focus', iris: 'Iris', preset: 'Preset', cruise: 'Cruise {number}', frame: 'Draw a rectangle: the camera turns and zooms to it',
    gamepad: 'Gamepad: left stick turns, triggers zoom, shoulders focus.',
    kept: 'Cruises of the device:', kept_ask: 'Read the cruises that the device keeps', kept_asking: 'Reading…', kept_none: 'The device keeps no cruises.',
    edit_tours: 'Edit presets and cruises', no_tours: 'No presets or cruises yet.', add_preset: 'Add preset', edit_preset: 'Change a preset', add_cruise: 'Add cruise', edit_cruise: 'Change a cruise', number: 'Number (1–{max})', name: 'Name', preset_note: 'Where the camera looks now is saved.', preset_here: 'Make it where the camera looks now', preset_again: 'This number becomes where the camera looks now; its picture follows.', idle: 'Idle return', idle_to: 'Once nobody steers', idle_after: 'Seconds to wait ({min}–{max})', idle_none: 'It stays where it is', idle_text: '{seconds} s after the last command: {place}', idle_note: 'Counted from the last command; the camera does not return while somebody holds it, while it moves, or while a cruise runs.', go_there: 'Go to this preset', not_in_device: 'not in the device any more', step_preset: 'Preset of step {number}', step_dwell: 'Seconds at step {number}', remove_step: 'Remove step {number}', add_step: 'Add a step', seconds: 's', delete_title: 'Delete {name}?', delete_text: 'This cannot be undone.',
    up: 'Up', down: 'Down', left: 'Left', right: 'Right', up_left: 'Up and left', up_right: 'Up and right', down_left: 'Down and left', down_right: 'Down and right',
  },
  share: { title: 'Share the picture', open: 'Share', make: 'Make a link', link: 'Link', once: 'The link is shown only now: copy it.', ended: 'This link has ended', ended_text: 'Its time is over or it was ended. Ask whoever sent it for a new one.', picture: 'Picture', main: 'main', sub: 'small', watermark: 'Words over the picture', minutes: '{count} minutes', end: 'End the link' },
  palette: { title: 'Find', open: 'Find (Ctrl+K)', hint: 'Page, camera, stake or view', page: 'Page', none: 'Nothing found.' },
  keyboard: { title: 'Keyboard', palette: 'Find anything', shortcuts: 'Show these keys', view: 'Call a view by its number', pictures: 'More or fewer pictures', select: 'Select a tile', enlarge: 'Enlarge a tile, and back', shrink: 'Back to all tiles', clear: 'Remove what a tile shows', undo: 'Take back an edit of the wall', fullscreen: 'Full screen' },
  list: { pages: 'Pages', page: 'Page {page} of {pages}', back: 'Back', on: 'On' },
  tree: {
    cameras: 'Cameras', search: 'Name, initials, code, stake or tag', which: 'Shown', all: 'All', favourites: 'Marked', recent: 'Recent', found: '{total} found, {shown} shown', none_found: 'No camera fits.', none: { all: 'There are no cameras yet.', favourites: 'None is marked yet.', recent: 'None was watched yet.' }, more: '{count} more…', show_all: 'Show all on the wall', favourite: 'Mark',
  },
  streams: {
    state: 'State', name: 'Name', codecs: 'Codecs', size: 'Size', bitrate: 'Bit rate', fps: 'Frames/s', viewers: 'Viewers', publisher: 'Publisher', since: 'For', all: 'All', from_source: 'from a source',
    search: 'Search app or name', none: 'No streams yet. Publish one, or add a camera.', none_found: 'No stream matches.',
  },
  playback: { title: 'How it plays', newest: 'players of the last hour', engine: 'Way of playing', viewers: 'Viewers', first_p50: 'First picture (median)', first_p95: 'First picture (95 %)', stalls: 'Stalls', stalled: 'Stood still', latency: 'Delay (median)', dropped: 'Dropped', none: 'No player has said anything yet. Those of the console and of pages report every 10 s.' },
  stream: {
    diagnosis: 'Diagnosis', rate: 'Bit rate and frame rate, last two minutes', viewers: 'Viewers', no_viewers: 'Nobody is watching.', no_tracks: 'No tracks have arrived yet.', sounds: 'Sound coded anew for viewers: {codecs}', urls: 'Addresses', facts: 'Tracks and counters', gop: 'Key frame distance', gop_value: '{frames} frames · {seconds} s · {size}',
    joinable: 'Picture at once', yes: 'yes', no: 'no (the GOP is over the cap; a viewer waits for the next key frame)', b_frames: 'B-frames', channels: '{count} ch', chart: 'Bit rate and frame rate of the last two minutes',
    cut: 'Cut publisher', cut_title: 'Cut the publisher?', cut_text: 'The publisher is disconnected and may come back by itself. Viewers wait on the last picture.', cut_done: 'The publisher was disconnected.',
  },
  unit: { d: 'd', h: 'h', min: 'min' },
  track: { video: 'Video', audio: 'Audio', data: 'Data' },
  url: { rtsp: 'RTSP', rtmp: 'RTMP', flv: 'HTTP-FLV', ws_flv: 'WS-FLV', mp4: 'HTTP-fMP4', ws_mp4: 'WS-fMP4', ts: 'HTTP-TS', ws_ts: 'WS-TS', hls: 'HLS', hls_ts: 'HLS (TS)', hls_audio: 'HLS (sound)', hls_cdn: 'HLS (CDN)', dash: 'DASH', webrtc: 'WebRTC (WHEP)', whip: 'WebRTC (WHIP)' },
  counter: {
    frames: 'Frames', key_frames: 'Key frames', bytes: 'Volume', jumps: 'Time jumps', wraps: 'Wraps', rollbacks: 'Rollbacks', reordered: 'Reordered', dropped: 'Dropped', gop_overflows: 'GOP overflows', config_changes: 'New parameters', publishers: 'Publishers',
  },
  viewer: {
    protocol: 'Protocol', address: 'Address', user: 'User', since: 'For', rate: 'Rate', bytes: 'Volume', lag: 'Behind', reception: 'Lost {loss} %, jitter {jitter} ms', skips: 'Skips', kick: 'Cut', kick_title: 'Cut this viewer?', kick_text: '{address} ({protocol}) is disconnected at once.', kicked: 'The viewer was cut.',
  },
  leg: {
    name: 'Name', connect: 'Connection', tls: 'Encryption', auth: 'Sign-in', answer: 'Answer', media: 'Media', key_frame: 'Key frame', publish: 'Publishing', codec: 'Codec', time: 'Time stamps',
  },
  step: { good: 'passed', bad: 'failed' },
  sources: {
    add: 'Add camera', edit: 'Edit source', search: 'Search name or address', none: 'No sources yet. Add a camera, and it is pulled on demand or all the time.', none_found: 'No source matches.', url: 'Address', url_example: 'protocol://host:port/path', url_note: 'rtsp(s)://, rtmp(s)://, http(s):// (FLV, TS, fMP4, MKV, HLS), udp://, file: (MP4, MKV, WebM, FLV, TS)', username: 'User name', password: 'Password', password_kept: 'leave empty to keep it',
    app: 'App', name: 'Name', name_rule: 'Letters, digits, - and _ only, at most 64.', mode: 'Pulling', on_demand: 'On demand', on_demand_note: 'only while somebody watches', always: 'Always', always_note: 'all the time',
    test: 'Test', testing: 'Testing…', preview: 'What the camera shows', clock: 'Camera clock', last_error: 'Last problem', created: 'Added', failures: '{count} failures in a row', next_attempt: 'next attempt in {seconds} s',
    save_failing_title: 'The test failed. Save all the same?', save_failing_text: '{reason} After saving it is tried again and again.', save_anyway: 'Save all the same', saved: '{name} was saved.', deleted: '{name} was deleted.',
  },
  schedule: {
    title: 'Schedule', always: 'At any time', windows: 'Only at certain times', window: 'Window {number}', from: 'From (HH:MM)', to: 'To (HH:MM, up to 24:00)', next_day: 'next day', add: 'Add:', opens: 'opens {time}', note: { source: 'Times of the server’s clock ({zone}). Outside them nothing is pulled; viewers see the end of the stream, or the slate of a rule.', patrol: 'By the server’s clock ({zone}). Outside these windows the patrol waits.', right: 'Times of the server’s clock ({zone}). Outside them the right does not hold.' },
    day: { 1: 'Mon', 2: 'Tue', 3: 'Wed', 4: 'Thu', 5: 'Fri', 6: 'Sat', 7: 'Sun' }, preset: { workdays: 'Workdays 7–19', daytime: 'Every day 6–22', nights: 'Every night 22–6' },
  },
  import: {
    title: 'Import list', list: 'List of channels (M3U)', note: 'One address a line; #EXTINF lines with names are optional.', file: 'From a file…', check: 'Check', do: 'Import {count}', added: 'will be added', known: 'there already', refused: 'refused', summary: '{added} will be added, {known} are there already, {refused} are refused.', done: '{count} sources were added.',
  },
  server: {
    status: 'Status', history: 'Load of the last hour', time_zone: 'Time zone of schedules: {zone}', dev: 'Development mode: this machine only, publishing and playing need no token.', uptime: 'Running for', shards: '{count} media threads', listeners: 'Listeners', protocol: 'Protocol', address: 'Address', tls: 'TLS certificate', self_signed: 'Self-signed; browsers warn about it.', signed: 'Signed by an authority.', not_after: 'Valid until {time}.', fingerprint: 'SHA-256',
  },
  overview: {
    ring: '{total} cameras, {online} online', in_all: 'cameras', lost: 'Went off lately', none_lost: 'No camera is off.', all_cameras: 'All cameras', live: 'Live', streams: 'Streams', of: '{part} of {all} run', sending: '{count} sending', sources_failing: '{count} sources fail: {names}.', relays_failing: '{count} relays fail and try again.',
    machine: 'Machine', cpu: 'CPU', memory: 'Memory', disk: 'Disk', processors: '{count} cores', version: 'Version', program: 'Program memory', workers: 'Media workers', workers_well: 'well', workers_bad: '{died} died, {refused} pictures refused', history: 'Cameras online over the last day', online: 'Online',
    all_snapshots: 'All snapshots', no_snapshots: 'No snapshot yet.', views: 'Views', no_views: 'No view yet. Arrange the wall and keep it as a view; it is called from here.', all_patrols: 'All patrols', no_patrols: 'No patrol has run yet.', runs: 'running', details: 'Details', deeds: 'Latest actions',
    empty: 'No camera yet', empty_text: 'Begin here:', empty_ask: 'Ask an administrator to add cameras, or for rights.', steps: { add: 'Add a camera', add_text: 'Type its address, look at its picture, keep it.', import: 'Import a table', import_text: 'Many at once, from XLSX or CSV; each row is checked before.', invite: 'Add colleagues', invite_text: 'Make accounts, with rights by organisation.' },
  },
  licence: {
    put: 'Put in a licence', taken: 'The licence is in force: {limit} cameras may be on.', too_long: '{name} is too long for a licence.', remove_title: 'Remove the licence?', remove_text: 'Cameras that are on stay on; from then on {limit} may be on.',
    used: 'Cameras that are on', of: '{on} of {limit} cameras are on', customer: 'Licensed to', number: 'Number', channels: 'Cameras', issued: 'Issued', expires: 'Valid until', never: 'without end', left: '{days} days left',
    none: 'No licence: {limit} cameras may be on free of charge.', valid: 'The licence is in force: {limit} cameras may be on.', ending: 'The licence ends in {days} days; ask its issuer for a new one.', ended: 'The licence has ended: what is on stays on, beyond {limit} cameras nothing more can be added or switched on.', unverified: 'The licence cannot be verified and counts as none: {limit} cameras may be on.', full: 'The licence is used up ({on} of {limit}): no more cameras can be added or switched on.',
    rules: 'What the licence does', rule_running: 'It limits what is added and switched on, and nothing else: cameras that are on play, steer, patrol and take pictures for ever.', rule_more: 'Only video channels count that are switched on, with their device; what is off counts nothing.', rule_free: 'Without a licence {limit} cameras may be on.', rule_ended: 'After its end the limit is its own number or {limit}, whichever is less; 30 days ahead it is warned of.', rule_issuer: 'The public key of the issuer is not configured, so no licence is accepted. An administrator sets the key',
  },
  settings: {
    search: 'Find by name or key', none_found: 'No such setting.', edited: '{count} changed, not saved yet', discard: 'Discard', saved: 'The settings are saved.', changed: 'changed', pending_one: 'from the next start', on: 'On', off: 'Off', by_line: 'One a line', reset: 'Default', range: '{min} to {max}', fixed: 'Fixed by: {origin}; change it on the machine', on_machine: 'Changed on the machine only',
    pending: 'From the next start: {keys}.', undone: 'The server did not start with these settings and took the last ones that worked: {keys}. Reason:', restart: 'Restart', restart_title: 'Restart the server?', restart_text: 'All pictures stop for some seconds and come back by themselves; if the server does not start with the new settings, it takes the last ones that worked.', restart_moves: ' The address of this console was changed; you may have to open it at the new one.', restarting: 'The server restarts; this page comes back by itself…', restarted: 'The server has restarted.',
    faults: { number: 'A whole number.', range: '{min} to {max}.', address: 'ip:port, such as 0.0.0.0:8080 or [::]:8080; empty: off.' }, units: { ms: 'ms', bytes: 'bytes', days: 'days', minutes: 'minutes' },
    sections: { server: 'Server', listen: 'Listeners', rtsp: 'RTSP multicast', webrtc: 'WebRTC', gb28181: 'GB/T 28181', tls: 'TLS certificate', auth: 'Sign-in', oidc: 'OpenID provider', database: 'Database', media: 'Media', snapshots: 'Snapshots', hls: 'HLS', streams: 'Streams', limits: 'Limits', pull: 'Pulling', licence: 'Licence', log: 'Log' },
  },
  config: {
    live: 'at once', restart: 'after a restart', secret: 'set', no_secret: 'not set', reload: 'Reload', changed: 'Changed: {keys}', unchanged: 'Nothing has changed.',
  },
  origin: { console: 'console', default: 'default', file: 'file', environment: 'environment', 'command line': 'command line' },
  token: {
    title: 'Addresses to play and publish', action: 'For', play: 'Playing', publish: 'Publishing', name: 'Name (* for all)', term: 'Valid for', create: 'Make addresses', until: 'Valid until {time}', token: 'Token', note: 'For people and devices without an account. They end by themselves.', hours: '{count} h', days: '{count} d',
  },
  relays: {
    add: 'Add relay', edit: 'Edit relay', target: 'Target', target_note: '{app} and {name} are where the stream’s name goes, {vhost} where its virtual host does; rtmp:// and rtsp:// are understood.', enabled: 'On', waiting: 'No stream of this kind is live; each is pushed as soon as it comes up.', off: 'Switched off.',
    none: 'No relays yet. A relay pushes streams to another server as long as they run, again and again after failures.', saved: 'The relay was saved.', deleted: 'The relay of {name} was deleted.',
  },
  rules: {
    add: 'Add rule', edit: 'Edit rule', intro: 'Rules go by the stream’s name; the most specific wins, and what none says comes from the configuration. Permissions and outputs hold from the next session on, cutting of HLS and recording at once, the rest for streams that come up later.', pattern: 'Streams', pattern_note: 'app/name, each with * at its end if you like: road/*, road/k12*, */*; of the default host alone. For other virtual hosts host/app/name: t1/road/*.', streams: '{count} live', default: 'Default', nothing: 'Says nothing.',
    publish: 'Publishing', play: 'Playing', open: 'anybody', token: 'with a token', off: 'nobody', outputs: 'Outputs', some_outputs: 'Only some outputs', audio: 'Sound', audio_keep: 'keep', audio_drop: 'leave out', replace_publisher: 'A new publisher replaces the old one', encrypt_hls: 'Encrypt HLS segments (no low latency, no DASH)', hls_always: 'HLS and DASH', hls_always_true: 'cut from the first frame on', hls_always_false: 'on demand', hls_always_note: 'From the first frame on, the first viewer finds a whole window of segments; each stream costs processor time, watched or not.', record: 'To be recorded', record_note: 'This server does not record. Other systems are told: by the hooks publish and stream_up, and in the interface.', slate: 'Slate', slate_note: 'File (MP4, MKV, WebM, FLV, TS) in the folder files of the data folder that viewers see while the publisher or source is away.', origins: 'Origins', silent_origin: '{origin} did not answer {seconds} s ago; the others are asked first.', origins_note: 'Streams that nobody publishes here are pulled from these servers when somebody watches: one address a line, the preferred one first, with {app} and {name}.', yes: 'yes', no: 'no',
    merge_window_ms: 'Merge window', publisher_grace_ms: 'Keep after the publisher left', idle_close_ms: 'Stop an unwatched source after', interleave_wait_ms: 'Wait for the other track', gop_cap_bytes: 'Cap of the cached GOP',
    output: { rtmp: 'RTMP', rtsp: 'RTSP', flv: 'FLV', fmp4: 'fMP4', ts: 'TS', hls: 'HLS', dash: 'DASH', webrtc: 'WebRTC' },
    defaults: 'All other streams (configuration)', effective: 'What holds for one stream', effective_note: 'app/name, or host/app/name', ask: 'Look up', apply: 'Rules that apply: {patterns}', apply_none: 'No rule applies; the configuration holds.', saved: 'The rule was saved.', deleted: 'The rule {name} was deleted.',
  },
  hosts: {
    host: 'Virtual host', all: 'All virtual hosts', default: 'Default', add: 'Add virtual host', edit: 'Edit virtual host', name: 'Name', name_note: 'Letters, digits, - and _, at most 64, in any case; it cannot change later.', domains: 'Domains', domains_note: 'One a line: cam.example.com, or *.example.com for all below. An exact one goes first.',
    intro: 'Streams of different tenants may have equal names. A session is on the host that the parameter vhost of its address names, otherwise on that of the domain it connects to, otherwise on the default one. Streams of a new host need a token until a rule opens them.', counts: '{streams} streams · {viewers} viewers · {sources} sources', no_domains: 'No domains: reached with vhost={name} in the address.', none: 'No virtual hosts yet; all streams are on the default one.',
    saved: 'The virtual host was saved.', delete_title: 'Delete the virtual host {name}?', delete_text: 'Its {streams} streams end at once, and its addresses lead nowhere.', deleted: 'The virtual host {name} was deleted.',
  },
  hooks: {
    add: 'Add hook', edit: 'Edit hook', intro: 'Other systems are told what happens, or asked: may this publish, may this play, where is this stream? Requests are signed (HMAC-SHA-256).', none: 'No hooks yet.', questions: 'Questions (the answer decides)', notices: 'Notices (delivered in order, retried for a day)', timeout: 'Time-out', on_failure: 'Without an answer', deny: 'refuse', allow: 'allow',
    event: { publish: 'Before publishing', play: 'Before playing', not_found: 'Stream not found', no_viewers: 'Nobody watches', stream_up: 'Stream up', stream_down: 'Stream down', source_failed: 'Source failed', sessions_ended: 'Sessions ended', server_started: 'Server started', keepalive: 'Sign of life' },
    facts: '{pattern} · time-out {timeout}', counts: '{delivered} delivered · {pending} waiting · {failed} failed', test: 'Test', test_good: 'It was taken: HTTP {status}, {took}.', test_bad: 'It was not taken ({status}): {answer}', secret: 'Signing secret', secret_note: 'The secret is shown this once; copy it into the other system.',
    renew: 'New secret', renew_title: 'Make a new secret?', renew_text: 'The old one ends at once; the other system will refuse until it has the new one.', what: 'Event', when: 'Time', attempts: 'Attempts', answer: 'Answer', again: 'Send again', no_deliveries: 'Nothing has been delivered yet.', log: 'Deliveries', saved: 'The hook was saved.', deleted: 'The hook was deleted.',
  },
  snapshots: {
    gallery: 'Gallery', stream: 'Stream (app/name)', origin: 'Taken', all: 'All', origins: { manual: 'by hand', plan: 'by plan', patrol: 'on patrol', preset: 'of a preset', device: 'by the device' }, totals: '{count} · {size}', take: 'Take a picture', name_stream: 'Write the stream (app/name) into the search field first.', overlay: 'Name and time in the picture', take_here: 'Picture to the gallery', taken: 'The picture was taken.', deleted: 'The picture was deleted.', none: 'No snapshots yet. What is taken by hand, by plan and on patrol is kept here.', older: 'Older', no_picture: 'no picture', picture_of: '{name}, {time}', kept_until: 'kept until {time}', kept_always: 'kept without end', download: 'Download',
    add_plan: 'Add plan', edit_plan: 'Edit plan', plan_name: 'Name', interval: 'Every', unit: 'Unit', units: { s: 'seconds', min: 'minutes', h: 'hours', d: 'days' }, of_organisation: 'All cameras of an organisation and below', of_group: 'All cameras of a group', none_chosen: 'none', cameras: 'Cameras one by one', other_streams: 'Other streams', streams_note: 'One a line: app/name, or host/app/name. Turns are spread evenly over the interval; organisations and groups are as they are then, and cameras that are offline are skipped.', form: 'Form', quality: 'Quality (1–100)', max_width: 'Largest width (0: as it is)', keep_days: 'Keep for days (0: without end)', target: 'Send to', no_target: 'nowhere',
    plan_facts: '{streams} streams · every {every}', counts: '{taken} taken · {skipped} skipped (camera away) · {failed} failed · {missed} missed', last_taken: 'last {time}', no_plans: 'No plans yet. A plan takes pictures of cameras again and again.', plan_saved: 'The plan was saved.', plan_deleted: 'The plan {name} was deleted; its pictures stay.',
  },
  targets: {
    add: 'Add upload target', edit: 'Edit upload target', name: 'Name', kind: 'By', kinds: { http_put: 'HTTP PUT', http_post: 'HTTP POST', http_form: 'HTTP form', ftp: 'FTP' }, url_note: 'May hold {places}; one that ends in / gets a file name.', proof: 'Credentials', proofs: { none: 'none', password: 'user name and password', token: 'bearer token' }, token: 'Token',
    secret_note: 'Password and token are not shown; type them again for another server.', headers: 'Further header fields', header_name: 'Name of header field {number}', header_value: 'Value of header field {number}', add_header: 'Add header field', remove_header: 'Remove header field {number}', saved: 'The upload target is saved.', deleted: 'Upload target “{name}” was deleted with the pictures that waited for it.',
    test: 'Test', test_good: 'The newest picture has arrived.', test_bad: 'Not taken: {why}', retry: 'Retry now', retrying: 'Trying the {count} that wait.', counts: '{waiting} wait · {sent} sent · {failures} failures · {lost} lost', last_sent: 'last sent {time}', none: 'There are no upload targets yet. Snapshot plans can send pictures to another platform or file server through one.',
  },
  sessions: {
    now: 'Watching now', ended: 'Ended sessions', traffic: 'Traffic', by: 'Added up by', by_stream: 'by stream', by_vhost: 'by virtual host', by_subject: 'by user', by_protocol: 'by protocol', by_day: 'by day', range: 'Time', days: 'last {count} d', group: 'Name', count: 'Sessions', watched: 'Watched', total: 'Total', nobody: 'not named', since: 'From', search: 'Search stream, user or address', none: 'Nothing yet.', older: 'Older',
  },
  account: {
    menu: 'Account:', sessions: 'Where you are signed in', browser: 'Browser or program', signed_in: 'Since', seen: 'Last seen', this_one: 'this one', end: 'End', end_others: 'Sign out elsewhere', end_others_text: 'The other sessions ({count}) end at once and need a new sign-in.', ended: 'Sessions ended: {count}.',
  },
  factor: {
    title: 'Second factor', on: 'On', off: 'Off', intro: 'When it is on, signing in asks for the six digits of an authenticator app besides the password.', turn_on: 'Turn on', turn_off: 'Turn off', qr: 'QR code of the second factor', scan: 'Scan the code with an authenticator app, or type the secret; then enter your password and the digits that the app shows.', secret: 'Secret', code: 'Code', code_note: 'The six digits of your authenticator app.', first_code: 'Code that the app shows', now_on: 'The second factor is on.', now_off: 'The second factor is off.',
  },
  keys: {
    title: 'Keys of programs', add: 'New key', create: 'Make key', name: 'Name', name_example: 'such as dashboard', days: 'Days', days_note: '1 to {max} days.', rights: 'Rights, among your own', none: 'No keys yet. A key lets a program use the interface in your name, for what you choose only, until you remove it.', secret: 'Key', made: 'The key “{name}” was made. It is shown this once: keep it now.', dates: 'made {made} · until {until} · last used {used}', never: 'never', remove_title: 'Remove the key “{name}”?', remove_text: 'Programs that use it lose their access at once.', removed: 'The key “{name}” was removed.',
  },
  rights: {
    lacking: 'You lack the right “{right}”.', ask: 'If you need it, ask an administrator for', home: 'Back to the start', right: '{action} {kind}',
    actions: { view: 'view', play: 'play', operate: 'operate', manage: 'manage' },
    kinds: { stream: 'streams', source: 'sources', device: 'devices', channel: 'channels', group: 'camera groups', view: 'views and screens', patrol: 'patrols', ptz: 'PTZ', talk: 'talk', snapshot: 'pictures', relay: 'relays', rule: 'rules and virtual hosts', hook: 'hooks', token: 'tokens', traffic: 'sessions and traffic', server: 'server', organisation: 'organisations', user: 'users', role: 'roles', audit: 'audit log' },
  },
  people: {
    all: 'All', organisations: 'Organisations', organisation: 'Organisation', search_organisation: 'Search organisation', no_organisation: 'No organisation matches.', unfold: 'Show or hide what is below', add_organisation: 'Add an organisation below', edit_organisation: 'Rename or move the organisation', delete_organisation: 'Delete the organisation',
    organisation_name: 'Name', above: 'Belongs to', position: 'Order', position_note: 'Low numbers first, equal ones by name.', organisation_saved: 'The organisation was saved.', delete_organisation_title: 'Delete the organisation {name}?', delete_organisation_text: 'Only an empty one can be deleted: no organisations or users below it, and nobody with rights there.',
    users: 'Users', user: 'User', add_user: 'Add user', edit_user: 'Edit user', search: 'Search name', none: 'There are no users here yet.', none_found: 'No user matches.', sign_in_name: 'Sign-in name', display_name: 'Name', enabled: 'May sign in', state: 'State', may_sign_in: 'may sign in', may_not_sign_in: 'switched off', factor: 'Second factor', on: 'on', off: 'off', last_sign_in: 'Last sign-in', never: 'never', deeds: 'Actions', user_saved: 'The user was saved.', deleted: '{name} was deleted.',
    delete_user_title: 'Delete the user {name}?', delete_user_text: 'Sessions and keys end at once, and nothing of it can be undone; the audit log stays. To keep somebody out for a while, switch the user off.',
    grants: 'Rights', grant: 'Right {number}', add_grant: 'Add right', no_grants: 'Without rights a user may sign in, and sees nothing.', no_rights: 'no rights', role_of_grant: 'Role', grant_at: 'For',
    set_password: 'Set password', set_password_of: 'Set the password of {name}', set_password_note: 'All sessions of the user end; signing in again needs the new password.', password_set: 'The password was set.',
    factor_off: 'Turn off second factor', factor_off_title: 'Turn off the second factor of {name}?', factor_off_text: 'For a lost authenticator: from now on the password is enough, until the user turns it on again.', factor_is_off: 'The second factor of {name} is off.',
    sessions: 'Sign-in sessions', sessions_of: 'Sign-in sessions of {name}', this_session: 'this session', session_times: 'since {begun} · last seen {seen}', end_session: 'End', no_sessions: 'Not signed in anywhere.',
    load_again: 'Load what is saved, and keep my changes', loaded_again: 'What others saved was loaded; what you changed is as you left it. Look it over and save.',
    role: { administrator: 'Administrator', operator: 'Operator', viewer: 'Viewer', auditor: 'Auditor' },
    role_note: { administrator: 'Everything.', operator: 'Watches, steers and cuts streams, tests cameras, hands out addresses.', viewer: 'Watches live video.', auditor: 'Looks at people, roles and traffic, reads and exports the audit log; watches nothing.' },
    built_in: 'Built-in roles', own_roles: 'Own roles', no_own_roles: 'No roles of your own yet. Add one where none of the built-in ones fits.', add_role: 'Add role', edit_role: 'Edit role', role_name: 'Name', permits: 'What it permits', kind: 'Kind', permitted: 'permitted', view_follows: 'Whoever may do anything else may also view.', role_saved: 'The role was saved.', delete_role_title: 'Delete the role {name}?', delete_role_text: 'Only a role that nobody holds can be deleted.',
  },
  audit: {
    search: 'Search user, address, action or target', from: 'From', to: 'To', refresh: 'Refresh', export: 'Export CSV', check: 'Check log', at: 'Time', actor: 'Who', address: 'From', action: 'What', target: 'Target', outcome: 'Outcome', nobody: 'nobody known', none: 'Nothing is recorded.', done: 'done', refused: 'refused ({status})', failed: 'failed ({status})',
    whole: 'The log is whole: {rows} entries were checked, none was changed or is missing.', broken: 'The log is not whole: {rows} entries were checked, {count} things are wrong.',
    deed: {
      sign_in: 'Sign in', set_up: 'First run', sign_out: 'Sign out', own_password: 'Change own password', own_session_ended: 'End own session', own_factor_on: 'Turn on second factor', own_factor_off: 'Turn off own second factor', key_made: 'Make key', key_deleted: 'Delete key',
      organisation_added: 'Add organisation', organisation_changed: 'Change organisation', organisation_deleted: 'Delete organisation', role_added: 'Add role', role_changed: 'Change role', role_deleted: 'Delete role', user_added: 'Add user', user_changed: 'Change user', user_deleted: 'Delete user', password_set: 'Set password of user', factor_off: 'Turn off second factor of user', user_linked: 'Link user to provider', user_unlinked: 'Unlink user from provider', session_ended: 'End session of user',
      played: 'Play', publisher_cut: 'Cut publisher', viewer_cut: 'Cut viewer', source_added: 'Add source', sources_imported: 'Import sources', source_changed: 'Change source', source_deleted: 'Delete source', probed: 'Test camera', host_added: 'Add virtual host', host_changed: 'Change virtual host', host_deleted: 'Delete virtual host', rule_added: 'Add rule', rule_changed: 'Change rule', rule_deleted: 'Delete rule',
      relay_added: 'Add relay', relay_changed: 'Change relay', relay_deleted: 'Delete relay', hook_added: 'Add hook', hook_changed: 'Change hook', hook_deleted: 'Delete hook', hook_secret: 'New secret of hook', hook_tested: 'Test hook', token_made: 'Make addresses', settings_changed: 'changed settings', restarted: 'restarted the server', licence_put: 'put in a licence', licence_removed: 'removed the licence', config_reloaded: 'Reload configuration',
    },
  },
  password: { title: 'Change password', current: 'Current password', change: 'Change password', note: 'Afterwards every session ends, on all devices.', changed: 'The password was changed. Sign in with the new one.' },
  problem: {
    retry_after: 'Try again in {seconds} seconds.',
    unauthorized: { text: 'The user name or password is wrong.', next: 'Check upper and lower case. A forgotten password can be reset on the server with viaduct admin.' },
    forbidden: { text: 'You have no right to do this.', next: 'Ask an administrator for the right.' },
    second_factor_required: { text: 'Enter the code.', next: 'Open the authenticator app on your phone.' },
    second_factor_wrong: { text: 'The code is wrong or was used already.', next: 'Wait for the next one, and check the clock of your phone.' },
    not_found: { text: 'Not found.', next: 'It may have been deleted; refresh the list.' },
    conflict: { text: 'This conflicts with something that exists.', next: 'Choose another name, or change the existing one.' },
    invalid_input: { text: 'The input is not valid.', next: 'Correct the marked fields and try again.' },
    too_large: { text: 'What was sent is too long.', next: 'Send less at once, or a smaller file.' },
    stale: { text: 'Somebody else changed it meanwhile.', next: 'Load what is saved, then save again.' },
    more_than_own: { text: 'You can give only rights that you have yourself.', next: 'Choose a role and an organisation that you have, or ask an administrator.' },
    last_administrator: { text: 'One user who manages all users must remain.', next: 'Make another user an administrator first.' },
    talk_taken: { text: 'Somebody speaks there now.', next: 'Wait until it is over, or stop the file that is played.' },
    timeout: { text: 'There was no answer in time.', next: 'Check the network and the device, then try again.' },
    unavailable: { text: 'This cannot be done now.', next: 'Try again later; if it stays, see the diagnosis.' },
    exhausted: { text: 'A limit is reached.', next: 'End some views, or try again later.' },
    unsupported: { text: 'This is not supported.', next: 'Use another way.' },
    internal: { text: 'Something went wrong in the server.', next: 'Try once more; if it stays, look into the log of the server.' },
    provider_sign_in: { text: 'Signing in through the provider failed.', next: 'A password that you have here works as before.' },
    setup_required: { text: 'The server is not set up yet.', next: 'Open the first-run page.' },
    setup_code_wrong: { text: 'The setup code is wrong.', next: 'The code is printed in the log of the server when it starts.' },
    offline: { text: 'The server cannot be reached.', next: 'Check the network and whether the server runs.' },
  },
};

export default en;
