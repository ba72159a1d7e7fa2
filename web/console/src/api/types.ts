/** Short names for the schemas that the console shows. */
import type { components } from './schema';

type Schemas = components['schemas'];
export type User = Schemas['User'];
export type Session = Schemas['Session'];
export type SetupState = Schemas['SetupState'];
export type Server = Schemas['Server'];
export type Load = Schemas['Load'];
export type ConfigValue = Schemas['ConfigValue'];
export type Reload = Schemas['Reload'];
export type Stream = Schemas['Stream'];
export type StreamState = Schemas['StreamState'];
export type StreamDetail = Schemas['StreamDetail'];
export type Track = Schemas['Track'];
export type Viewer = Schemas['Viewer'];
export type Step = Schemas['Step'];
export type Diagnosis = Schemas['Diagnosis'];
export type PlayOffer = Schemas['PlayOffer'];
export type Source = Schemas['Source'];
export type SourceInput = Schemas['SourceInput'];
export type SourceMode = Schemas['SourceMode'];
export type ProbeInput = Schemas['ProbeInput'];
export type ProbeReport = Schemas['ProbeReport'];
export type TokenInput = Schemas['TokenInput'];
export type Token = Schemas['Token'];
export type StreamDefaults = Schemas['StreamDefaults'];
