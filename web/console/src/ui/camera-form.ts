/** The fields of a camera as a form shows them. Pure. */
import type { Channel, ChannelInput } from '../api/types';

export const DIRECTIONS = ['up', 'down', 'both'] as const;
export const CARRIAGEWAYS = ['main', 'ramp', 'tunnel', 'bridge', 'toll', 'service_area', 'intersection'] as const;
export const SYSTEMS = ['wgs84', 'gcj02', 'bd09'] as const;

export interface CameraForm {
  name: string;
  organisation_id: number;
  code: string;
  road_code: string;
  road_name: string;
  stake: string;
  direction: string;
  carriageway: string;
  longitude: string;
  latitude: string;
  crs: string;
  tags: string;
  ptz: boolean;
  mode: string;
  enabled: boolean;
  main: string;
  sub: string;
}

export function formOfCamera(old: Channel | null, organisation_id: number): CameraForm {
  const { road, position } = old ?? {};
  return {
    name: old?.name ?? '', organisation_id: old?.organisation_id ?? organisation_id, code: old?.code ?? '',
    road_code: road?.code ?? '', road_name: road?.name ?? '', stake: road?.stake ?? '', direction: road?.direction ?? '', carriageway: road?.carriageway ?? '',
    // As answered it is WGS-84, in whatever system it was given.
    longitude: position ? String(position.longitude) : '', latitude: position ? String(position.latitude) : '', crs: 'wgs84',
    tags: (old?.tags ?? []).join(', '), ptz: old?.ptz ?? false, mode: old?.mode ?? 'on_demand', enabled: old?.enabled ?? true,
    main: old?.main.address ?? '', sub: old?.sub?.address ?? '',
  };
}

const words = (text: string): string[] => text.split(/[,，]/).map((each) => each.trim()).filter((each) => each !== '');

/** What the form does not show stays as it is. */
export function inputOfCamera(form: CameraForm, old: Channel | null): ChannelInput {
  const { device_id, number, kind, area_code, heading, custom, maintenance } = old ?? {};
  const road = { code: form.road_code, name: form.road_name, stake: form.stake || null, direction: form.direction || null, carriageway: form.carriageway || null };
  return {
    ...(old ? { device_id, number, kind, area_code, heading, custom, maintenance } : {}),
    name: form.name, organisation_id: form.organisation_id, code: form.code || null,
    road: Object.values(road).some(Boolean) ? road : null,
    position: form.longitude !== '' && form.latitude !== '' ? { longitude: Number(form.longitude), latitude: Number(form.latitude), crs: form.crs } : null,
    tags: words(form.tags), ptz: form.ptz, mode: form.mode, enabled: form.enabled,
    main: { address: form.main, stream: old?.main.stream ?? null },
    sub: form.sub === '' && !old?.sub ? null : { address: form.sub, stream: old?.sub?.stream ?? null },
  };
}
