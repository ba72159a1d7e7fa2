/**
 * Framework-free live player. `defineViaductPlayer()` registers `<viaduct-player>`;
 * `registerEngine()` adds another way of playing to the ladder.
 */
import { registerEngine } from './engines/engine';
import { nativeHls } from './engines/hls';
import { mediaSource } from './engines/media-source';
import { httpFmp4, wsFmp4 } from './engines/mse';
import { webRtc } from './engines/webrtc';
import { software } from './engines/software';

registerEngine(webRtc);
registerEngine(wsFmp4);
registerEngine(httpFmp4);
registerEngine(software);
// Seconds more of delay, and no statistics: for browsers that have nothing else.
if (!mediaSource()) registerEngine(nativeHls);

export { defineViaductPlayer, ViaductPlayerElement } from './element';
export { abilities, type Abilities, type Purpose, type Wish } from './abilities';
export { registerEngine, type Engine, type EngineContext, type EngineKind } from './engines/engine';
export { catalogues, createTranslator, reasonText, type Catalogue, type MessageKey, type Translator } from './messages';
export { FITS, MAX_ZOOM, TURNS, type Fit, type Look, type Point, type Rect, type Turn } from './view/geometry';
export type { ViewSettings } from './view/menu';
export { PROJECTIONS, type Projection } from './view/projection';
export type { PanoramaLook } from './panorama/math';
export type { Annotation } from './annotate/annotations';
export type { RecordingEvent } from './record/control';
export type { LadderStep, Model, PlayerState, Reason } from './machine';
export type { EngineOffer, LeftOut, PlayOffer, Refusal, Track } from './offer';
export type { PlayerStats, RenewOffer } from './player';
