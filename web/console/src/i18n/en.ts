import type zhCN from './zh-CN';

/** The same keys with other texts. */
type Catalogue<T> = { [K in keyof T]: T[K] extends string ? string : Catalogue<T[K]> };

const en: Catalogue<typeof zhCN> = {
  brand: { name: 'Viaduct', claim: 'Video cloud for road traffic' },
  page: {
    menu: 'Main navigation', setup: 'First run', login: 'Sign in', wall: 'Live wall', streams: 'Streams', stream: 'Stream',
    sources: 'Sources', server: 'Server', not_found: 'There is no such page',
  },
  action: {
    close: 'Close', cancel: 'Cancel', save: 'Save', retry: 'Try again', undo: 'Undo', copy: 'Copy', copied: 'Copied', edit: 'Edit', delete: 'Delete', refresh: 'Refresh',
  },
  session: {
    log_in: 'Sign in', logging_in: 'Signing in…', log_out: 'Sign out', username: 'User name', password: 'Password', ended: 'Your session has ended. Sign in again to return to the page you were on.',
  },
  setup: {
    title: 'Set the administrator password', intro: 'This server has no administrator yet. Set a password to begin; the user name is admin.', code: 'Setup code', code_note: 'The code is printed in the log of the server when it starts.',
    password: 'New password', password_note: 'At least {count} characters.', again: 'Once more', differs: 'The two entries differ.', submit: 'Finish',
  },
  https: {
    plain: 'You are on plain HTTP. Video works all the same; HTTPS would encrypt passwords and pictures on the network and allow talk-back.',
    plain_link: 'Open with HTTPS',
  },
  feed: { lost: 'The connection to the server is lost. Data as of {time}; reconnecting…' },
  load: { streams: 'Streams', viewers: 'Viewers', in: 'In', out: 'Out', cpu: 'CPU', memory: 'Memory' },
  state: {
    live: 'Live', waiting: 'Waiting', idle: 'Idle', failed: 'Failed', connecting: 'Connecting', backing_off: 'Will retry', playing: 'Healthy', unknown: 'Unknown',
  },
  wall: {
    online: '{online} of {total} live', tile: 'Tile {number}: {stream}', empty: 'empty', drop_here: 'Drag a stream here, or click one in the list', clear: 'Remove from this tile', clear_all: 'Clear',
    layout: 'Layout', layout_key: '{count} pictures (key {key})', keys: '1–4 layout · arrows select · Enter enlarges · Delete clears · F full screen', list: 'Show or hide the list', fullscreen: 'Full screen', fullscreen_key: 'Full screen (F)', on_wall: 'on the wall',
  },
  streams: {
    search: 'Search app or name', none: 'No streams yet. Publish one, or add a camera.', none_found: 'No stream matches.',
  },
  problem: {
    retry_after: 'Try again in {seconds} seconds.',
    unauthorized: { text: 'The user name or password is wrong.', next: 'Check upper and lower case. A forgotten password can be reset on the server with viaduct admin.' },
    forbidden: { text: 'You have no right to do this.', next: 'Ask an administrator for the right.' },
    not_found: { text: 'Not found.', next: 'It may have been deleted; refresh the list.' },
    conflict: { text: 'This conflicts with something that exists.', next: 'Choose another name, or change the existing one.' },
    invalid_input: { text: 'The input is not valid.', next: 'Correct the marked fields and try again.' },
    timeout: { text: 'There was no answer in time.', next: 'Check the network and the device, then try again.' },
    unavailable: { text: 'This cannot be done now.', next: 'Try again later; if it stays, see the diagnosis.' },
    exhausted: { text: 'A limit is reached.', next: 'End some views, or try again later.' },
    unsupported: { text: 'This is not supported.', next: 'Use another way.' },
    internal: { text: 'Something went wrong in the server.', next: 'Try once more; if it stays, look into the log of the server.' },
    setup_required: { text: 'The server is not set up yet.', next: 'Open the first-run page.' },
    setup_code_wrong: { text: 'The setup code is wrong.', next: 'The code is printed in the log of the server when it starts.' },
    offline: { text: 'The server cannot be reached.', next: 'Check the network and whether the server runs.' },
  },
};

export default en;
