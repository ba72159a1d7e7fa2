/** Style of the element's shadow tree. Colours come from the page by custom properties. */
export const STYLE = `
:host { display: block; position: relative; overflow: hidden; background: var(--viaduct-player-ground, #05080d);
  color: #e8eef6; font: 12px/1.45 var(--viaduct-player-font, system-ui, sans-serif); min-height: 0; contain: content; }
:host([hidden]) { display: none; }
.surface { position: absolute; inset: 0; overflow: hidden; touch-action: pan-x pan-y; }
.surface:focus-visible { outline: 2px solid var(--viaduct-player-accent, #35c2d6); outline-offset: -2px; }
.surface.partial, .surface.round { touch-action: none; cursor: grab; user-select: none; }
.surface.partial:active, .surface.round:active { cursor: grabbing; }
.stage { position: absolute; left: 50%; top: 50%; width: 100%; height: 100%; transform: translate(-50%, -50%); }
video, canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: fill; }
canvas { pointer-events: none; }
canvas[hidden], button[hidden], .note[hidden], .bar[hidden], .stats[hidden], .menu[hidden], .hint[hidden], .minimap[hidden], .meter[hidden], .strip[hidden] { display: none; }
.minimap { position: absolute; top: 34px; right: 8px; overflow: hidden; border: 1px solid rgb(255 255 255 / 55%); border-radius: 3px;
  box-shadow: 0 1px 6px rgb(0 0 0 / 60%); background: #05080d; cursor: crosshair; touch-action: none; }
.cutout { position: absolute; box-sizing: border-box; border: 1.5px solid var(--viaduct-player-accent, #35c2d6); box-shadow: 0 0 0 200px rgb(5 8 13 / 45%); pointer-events: none; }
.note { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 6px; padding: 12px; text-align: center; background: rgb(5 8 13 / 62%); }
.note { container-type: size; }
.note strong { font-weight: 600; font-size: 13px; }
.note span { max-width: 46ch; color: #b4c1d1; }
.note .spin { width: 22px; height: 22px; border-radius: 50%; border: 2px solid rgb(255 255 255 / 20%);
  border-top-color: var(--viaduct-player-accent, #35c2d6); animation: turn 0.9s linear infinite; }
.note .spin[hidden] { display: none; }
@keyframes turn { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { .note .spin { animation-duration: 4s; } }
.bar { container: bar / inline-size; position: absolute; left: 0; right: 0; bottom: 0; opacity: 0; transition: opacity 0.15s;
  background: linear-gradient(transparent, rgb(5 8 13 / 82%)); }
.bar > div { display: flex; align-items: center; gap: 2px; padding: 14px 6px 4px; }
:host(:hover) .bar, :host(:focus-within) .bar, .bar.busy { opacity: 1; }
/* A small tile keeps what it is used for most. */
@container bar (max-width: 400px) { .bar input[type="range"] { width: 44px; } .bar .meter, .bar .time { display: none; } }
@container bar (max-width: 330px) { .bar .lesser { display: none !important; } }
@container bar (max-width: 220px) { .bar input[type="range"], .bar .least { display: none !important; } }
.meter { position: relative; width: 46px; height: 5px; margin: 0 6px; border-radius: 2px; overflow: hidden; background: rgb(255 255 255 / 22%); }
.meter div { height: 100%; width: 0; background: linear-gradient(90deg, #3ecf8e 0 32px, #f2c94c 39px, #ff6b5e 46px); transition: width 0.08s linear; }
.bar .time, .strip .time { font-variant-numeric: tabular-nums; padding: 0 6px; white-space: nowrap; }
.recording { color: #ff8a80 !important; }
.menu { position: absolute; right: 8px; bottom: 44px; display: grid; gap: 8px; max-width: calc(100% - 16px); max-height: calc(100% - 60px); overflow: auto;
  box-sizing: border-box; padding: 10px 12px; border-radius: 8px; background: rgb(10 15 22 / 94%); border: 1px solid rgb(255 255 255 / 14%); }
.menu .row { display: grid; grid-template-columns: minmax(34px, auto) 1fr; gap: 10px; align-items: center; color: #9fb0c3; }
.menu .choices { display: flex; flex-wrap: wrap; gap: 4px; }
.menu button:not([hidden]) { padding: 0 9px; height: 26px; border: 1px solid rgb(255 255 255 / 14%); }
.menu button[aria-pressed="true"] { border-color: var(--viaduct-player-accent, #35c2d6); background: rgb(53 194 214 / 14%); }
select { font: inherit; color: #dbe5f0; background: #131b26; border: 1px solid rgb(255 255 255 / 18%); border-radius: 5px; height: 26px; padding: 0 4px; }
select:focus-visible { outline: 2px solid var(--viaduct-player-accent, #35c2d6); outline-offset: 1px; }
.hint { position: absolute; left: 50%; bottom: 52px; transform: translateX(-50%); max-width: calc(100% - 32px); width: max-content; box-sizing: border-box; padding: 7px 12px;
  border-radius: 6px; background: rgb(10 15 22 / 92%); border: 1px solid rgb(255 255 255 / 16%); pointer-events: none; }
.strip { position: absolute; left: 8px; right: 8px; bottom: 8px; display: flex; align-items: center; gap: 2px; padding: 4px 6px; border-radius: 8px;
  background: rgb(10 15 22 / 92%); border: 1px solid rgb(255 255 255 / 16%); container: strip / inline-size; }
.strip > div { display: flex; align-items: center; gap: 2px; width: 100%; }
.strip input[type="range"] { flex: 1; min-width: 40px; }
.strip .live { padding: 0 9px; color: #fff; background: rgb(53 194 214 / 24%); margin-left: 4px; white-space: nowrap; }
@container strip (max-width: 420px) { .strip .words { display: none; } }
@media (hover: none) { .bar { opacity: 1; } }
.bar .gap { flex: 1; }
button:not([hidden]) { all: unset; box-sizing: border-box; display: inline-flex; align-items: center; justify-content: center; gap: 6px;
  min-width: 28px; height: 28px; border-radius: 5px; cursor: pointer; color: #dbe5f0; }
button:hover { background: rgb(255 255 255 / 14%); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--viaduct-player-accent, #35c2d6); outline-offset: -2px; }
button[aria-pressed="true"] { color: var(--viaduct-player-accent, #35c2d6); }
.note button { padding: 0 12px; border: 1px solid rgb(255 255 255 / 30%); margin-top: 4px; }
svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
input[type="range"] { width: 68px; accent-color: var(--viaduct-player-accent, #35c2d6); }
.stats { position: absolute; top: 6px; left: 6px; max-width: calc(100% - 12px); max-height: calc(100% - 46px); overflow: auto;
  padding: 8px 10px; border-radius: 6px; background: rgb(5 8 13 / 84%); border: 1px solid rgb(255 255 255 / 12%);
  font-variant-numeric: tabular-nums; font-size: 11.5px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 12px; margin: 0; }
dt { color: #9fb0c3; } dd { margin: 0; overflow-wrap: anywhere; }
ol { margin: 4px 0 0; padding: 0; list-style: none; color: #b4c1d1; }
@container (max-height: 110px) { .note span, .note button:not([hidden]), .note .spin { display: none; } }
h4 { margin: 6px 0 0; font-size: 11.5px; font-weight: 600; color: #9fb0c3; }
`;
