/** Style of the element's shadow tree. Colours come from the page by custom properties. */
export const STYLE = `
:host { display: block; position: relative; overflow: hidden; background: var(--viaduct-player-ground, #05080d);
  color: #e8eef6; font: 12px/1.45 var(--viaduct-player-font, system-ui, sans-serif); min-height: 0; contain: content; }
:host([hidden]) { display: none; }
video, canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: var(--viaduct-player-fit, contain); }
canvas { pointer-events: none; }
canvas[hidden], button[hidden], .note[hidden], .bar[hidden], .stats[hidden] { display: none; }
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
.bar { position: absolute; left: 0; right: 0; bottom: 0; display: flex; align-items: center; gap: 2px; padding: 14px 6px 4px;
  background: linear-gradient(transparent, rgb(5 8 13 / 82%)); opacity: 0; transition: opacity 0.15s; }
:host(:hover) .bar, :host(:focus-within) .bar { opacity: 1; }
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
