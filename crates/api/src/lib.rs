//! Request and response types of `/api/v1` and the OpenAPI 3.1 document made from them. No logic.
//!
//! `docs/reference/openapi.json` is generated from here and checked in; a test fails when it differs.

#![expect(missing_docs, reason = "fields are documented by the OpenAPI document's reader: names are self-explanatory")]

mod account;
mod application;
mod channel;
mod device;
mod event;
mod gb28181;
mod gb28181_configuration;
mod gb28181_equipment;
mod group;
mod hook;
mod host;
mod licence;
mod openapi;
mod overview;
mod patrol;
mod people;
mod playback;
mod probe;
mod problem;
mod ptz;
mod relay;
mod server;
mod session;
mod share;
mod snapshot;
mod source;
mod stream;
mod talk;
mod token;
mod view;

pub use account::{
    LoginOptions, LoginProvider, LoginRequest, LoginResponse, PasswordChange, ProviderLogin, SetupRequest, SetupState,
};
pub use application::{
    Application, ApplicationInput, ApplicationList, ApplicationSettings, EffectiveSettings, SilentOrigin,
};
pub use channel::{
    CellError, Channel, ChannelBranch, ChannelBulk, ChannelImportReport, ChannelInput, ChannelPage, ChannelRendition,
    ChannelSet, ChannelTree, ChannelsChanged, Maintenance, OverLicence, Position, RoadPosition,
};
pub use device::{Device, DeviceInput, DevicePage, NewDevice};
pub use event::{ClientMessage, EventMessage};
pub use gb28181::{
    DeviceAlarm, DeviceAlarmPage, DevicePosition, DevicePositionList, Download, DownloadInput, DownloadLink,
    DownloadList, Gb28181Catalog, Gb28181Device, Gb28181DevicePage, Gb28181Gone, Gb28181Import, Gb28181Imported,
    Gb28181Item, Gb28181Order, Gb28181Recording, Gb28181RecordingList, Gb28181Refused, Gb28181RefusedList,
    Gb28181SnapshotProgress, Gb28181SnapshotRequest, Gb28181State, RecordingControl, SipMessage, SipTrace,
    SipTraceChoice,
};
pub use gb28181_configuration::{
    Gb28181AlarmRecording, Gb28181AlarmReport, Gb28181Basic, Gb28181Configuration, Gb28181ConfigurationChange,
    Gb28181Masks, Gb28181Osd, Gb28181OsdText, Gb28181RecordingDay, Gb28181RecordingPlan, Gb28181Video,
    Gb28181VideoOptions,
};
pub use gb28181_equipment::{
    Gb28181Card, Gb28181CardList, Gb28181HomePosition, Gb28181HomePositionChange, Gb28181LastUpgrade, Gb28181Upgrade,
    Gb28181UpgradeRequest,
};
pub use group::{Group, GroupInput, GroupList, GroupMembersChanged, GroupMembersInput, NewGroup};
pub use hook::{Hook, HookCreated, HookDelivery, HookDeliveryPage, HookInput, HookList, HookSecret, HookTest};
pub use host::{Host, HostChange, HostInput, HostList};
pub use licence::{LicenceInput, LicenceStanding, LicenceTerms};
pub use openapi::openapi_json;
pub use overview::{
    CameraOverview, LostCamera, MachineOverview, OnlinePoint, Overview, PatrolOverview, RelayOverview, ServerOverview,
    SourceOverview, StreamOverview, ViewOverview, WorkerOverview,
};
pub use patrol::{Patrol, PatrolInput, PatrolList, PatrolLog, PatrolRun, PatrolStep, PatrolStop, PatrolStopInput};
pub use people::{
    ApiKey, ApiKeyCreated, ApiKeyInput, ApiKeyList, AuditEntry, AuditPage, AuditVerdict, BuiltInRole, Grant,
    HeldPermission, LoginSession, LoginSessionList, Me, NewUser, Organisation, OrganisationInput, OrganisationList,
    PasswordInput, ProviderAccount, ProviderLink, Role, RoleInput, RoleList, SecondFactor, SecondFactorConfirmation,
    User, UserInput, UserList,
};
pub use playback::{PlaybackReport, PlaybackReports, PlaybackSummary, PlaybackViewer};
pub use probe::{ProbeClock, ProbeLeg, ProbeReport, ProbeRequest};
pub use problem::Problem;
pub use ptz::{
    Ptz, PtzAbilities, PtzCommand, PtzCruise, PtzCruiseInput, PtzCruiseStep, PtzFrame, PtzIdle, PtzKeptCruise,
    PtzKeptCruiseList, PtzLock, PtzMessage, PtzMove, PtzPosition, PtzPreset, PtzPresetInput, PtzStanding,
};
pub use relay::{Relay, RelayInput, RelayList, RelayPush};
pub use server::{
    ConfigChanges, ConfigValue, Configuration, ListenerInfo, LoadHistory, LoadSample, ReloadResult, ServerInfo,
    ServerStats, TlsInfo, UndoneSettings,
};
pub use session::{EndedSession, EndedSessionPage, TrafficReport, TrafficTotal};
pub use share::{Share, ShareCreated, ShareInput, ShareList, SharedChannel};
pub use snapshot::{
    Snapshot, SnapshotPage, SnapshotPlan, SnapshotPlanFailure, SnapshotPlanInput, SnapshotPlanList, SnapshotRequest,
    UploadHeader, UploadTarget, UploadTargetInput, UploadTargetList, UploadTest,
};
pub use source::{
    ScheduleWindow, Source, SourceError, SourceImport, SourceImportItem, SourceImportReport, SourceInput, SourceList,
};
pub use stream::{
    BitrateSample, Counters, Diagnosis, Engine, Gop, LeftOut, PlayOffer, PlayWish, PlayerAbilities, PublisherInfo,
    RefusedTrack, Step, Stream, StreamDetail, StreamPage, StreamStats, StreamUrls, Track, Viewer, ViewerList,
};
pub use talk::{TalkCommand, TalkFile, TalkFileEnd, TalkForm, TalkHolder, TalkMessage, TalkStanding};
pub use token::{TokenRequest, TokenResponse};
pub use view::{Screen, ScreenList, ScreenShow, Tile, View, ViewInput, ViewList};
