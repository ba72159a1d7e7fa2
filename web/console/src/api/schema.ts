/**
 * Types of the REST interface in the shape that openapi-typescript generates, so that
 * generated output can take this file's place.
 */

interface Ok<T> {
  headers: { [name: string]: unknown };
  content: { 'application/json': T };
}
interface Empty {
  headers: { [name: string]: unknown };
  content?: never;
}
interface Refused {
  headers: { [name: string]: unknown };
  content: { 'application/problem+json': components['schemas']['Problem'] };
}
interface NoParameters {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}
interface At<P> {
  query?: never;
  header?: never;
  path: P;
  cookie?: never;
}
interface Asked<Q> {
  query?: Q;
  header?: never;
  path?: never;
  cookie?: never;
}
interface Read<T, P = NoParameters> {
  parameters: P;
  requestBody?: never;
  responses: { 200: Ok<T>; default: Refused };
}
interface Write<B, T, P = NoParameters> {
  parameters: P;
  requestBody: { content: { 'application/json': B } };
  responses: { 200: Ok<T>; default: Refused };
}
interface Create<B, T> {
  parameters: NoParameters;
  requestBody: { content: { 'application/json': B } };
  responses: { 201: Ok<T>; default: Refused };
}
interface Act<P = NoParameters> {
  parameters: P;
  requestBody?: never;
  responses: { 204: Empty; default: Refused };
}
interface Send<B> {
  parameters: NoParameters;
  requestBody: { content: { 'application/json': B } };
  responses: { 204: Empty; default: Refused };
}
/** A stream is named by its path, and by its virtual host where that is not the default one. */
interface StreamPath {
  query?: S['HostQuery'];
  header?: never;
  path: { app: string; name: string };
  cookie?: never;
}
/** A change of what somebody read: `If-Match` carries the version that was read, as `"3"`. */
interface Change<B, T> {
  parameters: { query?: never; header: { 'If-Match': string }; path: { id: number }; cookie?: never };
  requestBody: { content: { 'application/json': B } };
  responses: { 200: Ok<T>; default: Refused };
}
type S = components['schemas'];

export interface paths {
  '/api/v1/setup': { get: Read<S['SetupState']>; post: Write<S['SetupInput'], S['Session']> };
  '/api/v1/login': { post: Write<S['LoginInput'], S['Session']> };
  '/api/v1/logout': { post: Act };
  '/api/v1/me': { get: Read<S['Me']> };
  '/api/v1/me/sessions': { get: Read<{ items: S['LoginSession'][] }> };
  '/api/v1/me/sessions/{id}': { delete: Act<At<{ id: string }>> };
  '/api/v1/me/second-factor': { post: { parameters: NoParameters; requestBody?: never; responses: { 200: Ok<S['SecondFactor']>; default: Refused } } };
  '/api/v1/me/second-factor/confirm': { post: Send<S['SecondFactorConfirmation']> };
  '/api/v1/me/second-factor/remove': { post: Send<S['PasswordInput']> };
  '/api/v1/me/keys': { get: Read<{ items: S['ApiKey'][] }>; post: Create<S['ApiKeyInput'], S['ApiKeyCreated']> };
  '/api/v1/me/keys/{id}': { delete: Act<At<{ id: number }>> };
  '/api/v1/me/password': { post: Send<{ current: string; new: string }> };
  '/api/v1/server': { get: Read<S['Server']> };
  '/api/v1/config': { get: Read<{ values: S['ConfigValue'][] }> };
  '/api/v1/config/reload': {
    post: {
      parameters: NoParameters;
      requestBody?: never;
      responses: { 200: Ok<S['Reload']>; default: Refused };
    };
  };
  '/api/v1/streams': {
    get: Read<{ items: S['Stream'][]; next_cursor: string | null }, Asked<S['PageQuery']>>;
  };
  '/api/v1/streams/{app}/{name}': { get: Read<S['StreamDetail'], StreamPath> };
  '/api/v1/streams/{app}/{name}/play': { post: Write<Record<string, never>, S['PlayOffer'], StreamPath> };
  '/api/v1/streams/{app}/{name}/publisher': { delete: Act<StreamPath> };
  '/api/v1/streams/{app}/{name}/viewers': { get: Read<{ items: S['Viewer'][] }, StreamPath> };
  '/api/v1/streams/{app}/{name}/diagnosis': { get: Read<S['Diagnosis'], StreamPath> };
  '/api/v1/viewers/{id}': { delete: Act<At<{ id: string }>> };
  '/api/v1/sources': {
    get: Read<{ items: S['Source'][] }>;
    post: {
      parameters: NoParameters;
      requestBody: { content: { 'application/json': S['SourceInput'] } };
      responses: { 201: Ok<S['Source']>; default: Refused };
    };
  };
  '/api/v1/sources/import': {
    post: {
      parameters: NoParameters;
      requestBody: { content: { 'application/json': S['SourceImport'] } };
      responses: { 200: Ok<S['SourceImportReport']>; default: Refused };
    };
  };
  '/api/v1/sources/{app}/{name}': {
    get: Read<S['Source'], StreamPath>;
    put: Write<S['SourceInput'], S['Source'], StreamPath>;
    delete: Act<StreamPath>;
  };
  '/api/v1/probe': { post: Write<S['ProbeInput'], S['ProbeReport']> };
  '/api/v1/tokens': { post: Write<S['TokenInput'], S['Token']> };
  '/api/v1/applications': {
    get: Read<{ items: S['Application'][]; defaults: S['ApplicationSettings'] }>;
    post: Create<S['ApplicationInput'], S['Application']>;
  };
  '/api/v1/applications/{id}': {
    put: Write<S['ApplicationInput'], S['Application'], At<{ id: number }>>;
    delete: Act<At<{ id: number }>>;
  };
  '/api/v1/streams/{app}/{name}/settings': { get: Read<S['EffectiveSettings'], StreamPath> };
  '/api/v1/hosts': { get: Read<{ items: S['Host'][] }>; post: Create<S['HostInput'], S['Host']> };
  '/api/v1/hosts/{name}': { put: Write<{ domains: string[] }, S['Host'], At<{ name: string }>>; delete: Act<At<{ name: string }>> };
  '/api/v1/snapshots': { get: Read<S['SnapshotPage'], Asked<S['SnapshotQuery']>> };
  '/api/v1/snapshots/{id}': { delete: Act<At<{ id: number }>> };
  '/api/v1/snapshots/{id}/picture': { get: Read<Blob, At<{ id: number }>> };
  '/api/v1/snapshots/{id}/thumbnail': { get: Read<Blob, At<{ id: number }>> };
  '/api/v1/streams/{app}/{name}/snapshot': {
    post: { parameters: StreamPath; requestBody: { content: { 'application/json': { overlay: boolean } } }; responses: { 201: Ok<S['Snapshot']>; default: Refused } };
  };
  '/api/v1/snapshot-plans': { get: Read<{ items: S['SnapshotPlan'][] }>; post: Create<S['SnapshotPlanInput'], S['SnapshotPlan']> };
  '/api/v1/snapshot-plans/{id}': { put: Change<S['SnapshotPlanInput'], S['SnapshotPlan']>; delete: Act<At<{ id: number }>> };
  '/api/v1/upload-targets': { get: Read<{ items: S['UploadTarget'][] }> };
  '/api/v1/relays': { get: Read<{ items: S['Relay'][] }>; post: Create<S['RelayInput'], S['Relay']> };
  '/api/v1/relays/{id}': {
    put: Write<S['RelayInput'], S['Relay'], At<{ id: number }>>;
    delete: Act<At<{ id: number }>>;
  };
  '/api/v1/hooks': {
    get: Read<{ items: S['Hook'][]; events: string[] }>;
    post: Create<S['HookInput'], { hook: S['Hook']; secret: string }>;
  };
  '/api/v1/hooks/{id}': {
    put: Write<S['HookInput'], S['Hook'], At<{ id: number }>>;
    delete: Act<At<{ id: number }>>;
  };
  '/api/v1/hooks/{id}/secret': { post: Write<Record<string, never>, { secret: string }, At<{ id: number }>> };
  '/api/v1/hooks/{id}/test': { post: Write<Record<string, never>, S['HookTest'], At<{ id: number }>> };
  '/api/v1/hooks/{id}/deliveries': {
    get: Read<
      { items: S['HookDelivery'][]; next_before: number | null },
      { query?: { before?: number }; header?: never; path: { id: number }; cookie?: never }
    >;
  };
  '/api/v1/hooks/{id}/deliveries/{delivery}/retry': { post: Act<At<{ id: number; delivery: number }>> };
  '/api/v1/viewers': { get: Read<{ items: S['Viewer'][] }, Asked<S['HostQuery']>> };
  '/api/v1/sessions': {
    get: Read<
      { items: S['EndedSession'][]; next_before: number | null },
      Asked<S['HostQuery'] & { search?: string; before?: number }>
    >;
  };
  '/api/v1/sessions/traffic': {
    get: Read<S['TrafficReport'], Asked<S['HostQuery'] & { by: string; from?: string; to?: string }>>;
  };
  '/api/v1/server/history': { get: Read<{ items: S['LoadSample'][] }> };
  '/api/v1/organisations': { get: Read<{ items: S['Organisation'][] }>; post: Create<S['OrganisationInput'], S['Organisation']> };
  '/api/v1/organisations/{id}': { put: Change<S['OrganisationInput'], S['Organisation']>; delete: Act<At<{ id: number }>> };
  '/api/v1/roles': { get: Read<S['RoleList']>; post: Create<S['RoleInput'], S['Role']> };
  '/api/v1/roles/{id}': { put: Change<S['RoleInput'], S['Role']>; delete: Act<At<{ id: number }>> };
  '/api/v1/users': { get: Read<{ items: S['User'][] }>; post: Create<S['NewUser'], S['User']> };
  '/api/v1/users/{id}': {
    get: Read<S['User'], At<{ id: number }>>;
    put: Change<S['UserInput'], S['User']>;
    delete: Act<At<{ id: number }>>;
  };
  '/api/v1/users/{id}/password': {
    post: {
      parameters: At<{ id: number }>;
      requestBody: { content: { 'application/json': { password: string } } };
      responses: { 204: Empty; default: Refused };
    };
  };
  '/api/v1/users/{id}/second-factor': { delete: Act<At<{ id: number }>> };
  '/api/v1/users/{id}/sessions': { get: Read<{ items: S['LoginSession'][] }, At<{ id: number }>> };
  '/api/v1/users/{id}/sessions/{session}': { delete: Act<At<{ id: number; session: string }>> };
  '/api/v1/audit': { get: Read<{ items: S['AuditEntry'][]; before: number | null }, Asked<S['AuditQuery']>> };
  '/api/v1/audit/export.csv': {
    get: {
      parameters: Asked<S['AuditQuery']>;
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { 'text/csv': string } }; default: Refused };
    };
  };
  '/api/v1/audit/verify': { get: Read<S['AuditVerdict']> };
}

export interface components {
  schemas: {
    Problem: { type: string; title: string; status: number; detail?: string; code: string; field?: string };
    HostQuery: { vhost?: string };
    Host: { name: string; domains: string[]; streams: number; viewers: number; sources: number; created_at: string };
    HostInput: { name: string; domains: string[] };
    PageQuery: { search?: string; cursor?: string; limit?: number };
    SetupState: { needed: boolean; code_required: boolean };
    SetupInput: { code?: string; username: 'admin'; password: string };
    LoginInput: { username: string; password: string; code?: string };
    HeldPermission: { permission: string; organisations: number[] };
    Me: {
      id: number;
      name: string;
      display_name: string;
      organisation_id: number;
      second_factor: boolean;
      permissions: S['HeldPermission'][];
    };
    Session: { token: string; expires_at: string; user: S['Me'] };
    LoginSession: {
      id: string;
      address: string;
      agent: string;
      created_at: string;
      seen_at: string;
      expires_at: string;
      current: boolean;
    };
    SecondFactor: { secret: string; url: string };
    SecondFactorConfirmation: { password: string; code: string };
    PasswordInput: { password: string };
    ApiKey: {
      id: number;
      name: string;
      permissions: string[];
      created_at: string;
      expires_at: string;
      last_used_at: string | null;
    };
    ApiKeyInput: { name: string; permissions: string[]; days: number };
    ApiKeyCreated: { key: S['ApiKey']; secret: string };
    Listener: { protocol: string; address: string; port: number };
    Load: {
      rate_in_bps: number;
      rate_out_bps: number;
      streams: number;
      viewers: number;
      cpu_percent: number;
      memory_bytes: number;
    };
    Server: S['Load'] & {
      name: string;
      version: string;
      started_at: string;
      uptime_s: number;
      demo: boolean;
      dev: boolean;
      public_host: string | null;
      time_zone: string;
      listeners: S['Listener'][];
      tls: { fingerprint_sha256: string; self_signed: boolean; not_after: string } | null;
      shards: number;
      bytes_in: number;
      bytes_out: number;
    };
    ConfigValue: {
      key: string;
      value: unknown;
      origin: string;
      secret: boolean;
      reload: 'live' | 'restart';
    };
    Reload: { changed: string[]; needs_restart: string[] };
    StreamState: 'live' | 'waiting' | 'idle' | 'failed';
    Track: {
      id: number;
      kind: 'video' | 'audio' | 'data';
      codec: string;
      codecs: string | null;
      version: number;
      width?: number | null;
      height?: number | null;
      frame_rate?: number | null;
      profile?: string | null;
      level?: string | null;
      b_frames?: boolean | null;
      sample_rate_hz?: number | null;
      channels?: number | null;
      language?: string | null;
      bitrate_bps?: number | null;
    };
    Publisher: { protocol: string; address: string; since: string };
    Stream: {
      vhost: string;
      app: string;
      name: string;
      state: S['StreamState'];
      incarnation: number;
      publisher: S['Publisher'] | null;
      source: boolean;
      record: boolean;
      tracks: S['Track'][];
      viewers: number;
      bitrate_bps: number;
      fps: number;
      gop_ms: number;
      since: string | null;
    };
    StreamDetail: S['Stream'] & {
      history: { at_ms: number; bitrate_bps: number; fps: number }[];
      gop: { frames: number; ms: number; bytes: number; joinable: boolean };
      counters: Record<string, number>;
      viewers_list: S['Viewer'][];
      steps: S['Step'][];
      urls: Record<string, string>;
    };
    Viewer: {
      id: string;
      vhost: string;
      app: string;
      name: string;
      protocol: string;
      address: string;
      user_agent?: string | null;
      user?: string | null;
      since: string;
      bytes: number;
      rate_bps: number;
      lag_ms: number;
      skips: number;
      loss_permille?: number | null;
      jitter_ms?: number | null;
    };
    Step: { at: string; leg: string; ok: boolean; text: string };
    Diagnosis: {
      verdict: 'playing' | 'waiting' | 'failed' | 'unknown';
      summary: string;
      next_step: string | null;
      steps: S['Step'][];
    };
    PlayOffer: {
      vhost: string;
      app: string;
      name: string;
      tracks: S['Track'][];
      gop_ms: number;
      token: string;
      expires_at: string;
      engines: {
        engine: string;
        url: string;
        mime: string | null;
        refused: { codec: string; reason: string }[];
      }[];
    };
    SourceMode: 'on_demand' | 'always';
    Source: {
      vhost: string;
      app: string;
      name: string;
      url: string;
      mode: S['SourceMode'];
      schedule: S['ScheduleWindow'][] | null;
      state: 'idle' | 'connecting' | 'live' | 'backing_off' | 'failed' | 'outside_schedule' | 'ended';
      opens_at: string | null;
      failures: number;
      next_attempt_ms: number | null;
      last_error: { leg: string; text: string; next_step: string | null } | null;
      created_at: string;
    };
    SourceInput: {
      vhost?: string;
      app: string;
      name: string;
      url: string;
      username?: string;
      password?: string;
      mode: S['SourceMode'];
      schedule?: S['ScheduleWindow'][] | null;
    };
    ScheduleWindow: { days: number[]; from: string; to: string };
    SourceImport: { vhost?: string; list: string; app: string; mode: S['SourceMode']; dry_run: boolean };
    SourceImportReport: {
      items: { line: number; title: string; group: string | null; name: string; outcome: 'added' | 'known' | 'refused'; reason: string | null }[];
      added: number;
      known: number;
      refused: number;
    };
    ProbeInput: { url: string; username?: string; password?: string; timeout_ms?: number };
    ProbeReport: {
      ok: boolean;
      url: string;
      elapsed_ms: number;
      legs: { leg: string; ok: boolean; elapsed_ms: number; text: string }[];
      failed_leg: string | null;
      summary: string;
      next_step: string | null;
      tracks: S['Track'][];
      gop_ms: number | null;
      bitrate_bps: number | null;
      clock: { skew_ms: number | null; text: string } | null;
      warnings: string[];
    };
    TokenInput: { vhost?: string; app: string; name: string; action: 'play' | 'publish'; expires_in_s: number };
    Token: { token: string; expires_at: string; urls: Record<string, string> };
    Admission: 'open' | 'token' | 'off';
    ApplicationSettings: {
      publish?: S['Admission'] | null;
      play?: S['Admission'] | null;
      outputs?: string[] | null;
      audio?: 'keep' | 'drop' | null;
      merge_window_ms?: number | null;
      publisher_grace_ms?: number | null;
      idle_close_ms?: number | null;
      gop_cap_bytes?: number | null;
      interleave_wait_ms?: number | null;
      replace_publisher?: boolean | null;
      origins?: string[] | null;
      encrypt_hls?: boolean | null;
      slate?: string | null;
      hls_always?: boolean | null;
      record?: boolean | null;
    };
    Application: { id: number; pattern: string; settings: S['ApplicationSettings']; silent_origins: { origin: string; since_s: number }[]; streams: number; created_at: string };
    ApplicationInput: { pattern: string; settings: S['ApplicationSettings'] };
    EffectiveSettings: { vhost: string; app: string; name: string; patterns: string[]; settings: S['ApplicationSettings'] };
    RelayPush: {
      vhost: string;
      app: string;
      name: string;
      state: 'sending' | 'backing_off';
      since: string;
      failures: number;
      next_attempt_ms: number | null;
      last_error: { leg: string; text: string; next_step: string | null } | null;
    };
    Relay: {
      id: number;
      pattern: string;
      target: string;
      username: string | null;
      enabled: boolean;
      created_at: string;
      pushes: S['RelayPush'][];
    };
    RelayInput: { pattern: string; target: string; username?: string; password?: string; enabled: boolean };
    Hook: S['HookInput'] & { id: number; created_at: string; pending: number; delivered: number; failed: number };
    HookInput: {
      url: string;
      events: string[];
      pattern: string;
      timeout_ms: number;
      on_failure: 'deny' | 'allow';
      enabled: boolean;
    };
    HookTest: { ok: boolean; status: number | null; answer: string; duration_ms: number };
    HookDelivery: {
      id: number;
      event: string;
      state: 'pending' | 'delivered' | 'failed';
      attempts: number;
      created_at: string;
      next_attempt_ms: number | null;
      status: number | null;
      answer: string | null;
      duration_ms: number | null;
      body: string;
    };
    EndedSession: {
      id: number;
      vhost: string;
      app: string;
      name: string;
      protocol: string;
      subject: string | null;
      address: string;
      since: string;
      duration_ms: number;
      bytes: number;
    };
    TrafficTotal: { group: string; sessions: number; duration_ms: number; bytes: number };
    TrafficReport: { from: string; to: string; items: S['TrafficTotal'][]; total: S['TrafficTotal'] };
    LoadSample: {
      at_ms: number;
      rate_in_bps: number;
      rate_out_bps: number;
      streams: number;
      viewers: number;
      cpu_percent: number;
      memory_bytes: number;
    };
    Organisation: { id: number; parent_id: number | null; name: string; position: number; version: number };
    OrganisationInput: { name: string; parent_id: number; position: number };
    Role: { id: number; name: string; permissions: string[]; version: number };
    BuiltInRole: { name: 'administrator' | 'operator' | 'viewer' | 'auditor'; permissions: string[] };
    RoleInput: { name: string; permissions: string[] };
    RoleList: { built_in: S['BuiltInRole'][]; items: S['Role'][]; actions: string[]; kinds: string[] };
    Grant: { built_in?: string; role_id?: number; organisation_id: number; schedule?: S['ScheduleWindow'][] };
    User: {
      id: number;
      name: string;
      display_name: string;
      organisation_id: number;
      enabled: boolean;
      second_factor: boolean;
      grants: S['Grant'][];
      created_at: string;
      last_login_at: string | null;
      version: number;
    };
    UserInput: { name: string; display_name: string; organisation_id: number; enabled: boolean; grants: S['Grant'][] };
    NewUser: S['UserInput'] & { password: string };
    AuditQuery: { search?: string; from?: string; to?: string; before?: number };
    AuditEntry: { id: number; at: string; actor: string; address: string; action: string; target: string; outcome: number; detail: string };
    AuditVerdict: { rows: number; findings: string[] };
    SnapshotQuery: { stream?: string; origin?: string; plan_id?: number; before?: number; limit?: number };
    Snapshot: {
      id: number;
      vhost: string;
      app: string;
      name: string;
      taken_at: string;
      width: number;
      height: number;
      bytes: number;
      form: string;
      sha256: string;
      origin: 'manual' | 'plan' | 'patrol' | 'preset';
      taken_by: string;
      keep_until: string | null;
    };
    SnapshotPage: { items: S['Snapshot'][]; next_before: number | null; total: number; total_bytes: number };
    SnapshotPlanInput: {
      name: string;
      streams: string[];
      interval_ms: number;
      schedule: S['ScheduleWindow'][] | null;
      form: string;
      max_width: number;
      max_height: number;
      quality: number;
      overlay: boolean;
      keep_days: number;
      target_id: number | null;
      enabled: boolean;
    };
    SnapshotPlan: S['SnapshotPlanInput'] & {
      id: number;
      version: number;
      taken: number;
      skipped: number;
      failed: number;
      missed: number;
      last_taken_at: string | null;
      last_snapshot_id: number | null;
      last_failure: { stream: string; at: string; text: string } | null;
    };
    UploadTarget: { id: number; name: string; waiting: number; last_error: string | null };
  };
}
