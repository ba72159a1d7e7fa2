import { createRouter, createWebHistory, type Router } from 'vue-router';
import { watch } from 'vue';
import { getSetup } from './api/session';
import { i18n } from './i18n';
import { useSession } from './stores/session';
import type { Right } from './ui/rights';

declare module 'vue-router' {
  interface RouteMeta {
    /** Reachable without signing in, and shown without the frame. */
    open?: boolean;
    /** Key of the page's name. */
    title: string;
    /** The page fills the window and scrolls inside. */
    full?: boolean;
    /** Any of these shows the page; everybody who is signed in sees it without. */
    rights?: Right[];
    /** Such a right in some organisation is enough. */
    somewhere?: boolean;
  }
}

export function makeRouter(): Router {
  const router: Router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: () => import('./pages/OverviewPage.vue'), meta: { title: 'page.overview' } },
      { path: '/setup', component: () => import('./pages/SetupPage.vue'), meta: { open: true, title: 'page.setup' } },
      { path: '/login', component: () => import('./pages/LoginPage.vue'), meta: { open: true, title: 'page.login' } },
      { path: '/share/:token', component: () => import('./pages/SharePage.vue'), props: true, meta: { open: true, title: 'page.share' } },
      { path: '/wall', component: () => import('./pages/WallPage.vue'), meta: { title: 'page.wall', full: true, rights: ['play:stream'], somewhere: true } },
      { path: '/cameras', component: () => import('./pages/CamerasPage.vue'), meta: { title: 'page.cameras', rights: ['view:channel'], somewhere: true } },
      { path: '/cameras/:id(\\d+)', component: () => import('./pages/CameraPage.vue'), props: ({ params }) => ({ id: Number(params['id']) }), meta: { title: 'page.camera', rights: ['view:channel'], somewhere: true } },
      { path: '/cameras/groups', component: () => import('./pages/GroupsPage.vue'), meta: { title: 'page.groups', rights: ['view:group'], somewhere: true } },
      { path: '/patrols', component: () => import('./pages/PatrolsPage.vue'), meta: { title: 'page.patrols', rights: ['view:patrol'], somewhere: true } },
      { path: '/patrols/:id(\\d+)/run', component: () => import('./pages/PatrolRunPage.vue'), props: ({ params }) => ({ id: Number(params['id']) }), meta: { title: 'page.patrol', full: true, rights: ['operate:patrol'], somewhere: true } },
      { path: '/patrols/:id(\\d+)/log', component: () => import('./pages/PatrolLogPage.vue'), props: ({ params }) => ({ id: Number(params['id']) }), meta: { title: 'page.patrol_log', rights: ['view:patrol'], somewhere: true } },
      { path: '/devices', component: () => import('./pages/DevicesPage.vue'), meta: { title: 'page.devices', rights: ['view:device'], somewhere: true } },
      { path: '/devices/gb28181', component: () => import('./pages/GbDevicesPage.vue'), meta: { title: 'page.gb_devices', rights: ['view:device'], somewhere: true } },
      { path: '/devices/gb28181/alarms', component: () => import('./pages/GbAlarmsPage.vue'), meta: { title: 'page.device_alarms', rights: ['view:device'], somewhere: true } },
      { path: '/devices/gb28181/trace', component: () => import('./pages/SipTracePage.vue'), meta: { title: 'page.sip_trace', rights: ['view:server'] } },
      { path: '/devices/gb28181/:code', component: () => import('./pages/GbDevicePage.vue'), props: true, meta: { title: 'page.gb_device', rights: ['view:device'], somewhere: true } },
      { path: '/streams', component: () => import('./pages/StreamsPage.vue'), meta: { title: 'page.streams', rights: ['view:stream'], somewhere: true } },
      {
        // With the virtual host where that is not the default one, as keys of streams are written.
        path: '/streams/:vhost?/:app/:name',
        component: () => import('./pages/StreamPage.vue'),
        props: true,
        meta: { title: 'page.stream', rights: ['view:stream'], somewhere: true },
      },
      { path: '/sources', component: () => import('./pages/SourcesPage.vue'), meta: { title: 'page.sources', rights: ['view:source'] } },
      { path: '/relays', component: () => import('./pages/RelaysPage.vue'), meta: { title: 'page.relays', rights: ['view:relay'] } },
      { path: '/sessions', component: () => import('./pages/SessionsPage.vue'), meta: { title: 'page.sessions', rights: ['view:traffic'] } },
      {
        path: '/applications',
        component: () => import('./pages/ApplicationsPage.vue'),
        meta: { title: 'page.applications', rights: ['view:rule'] },
      },
      { path: '/hosts', component: () => import('./pages/HostsPage.vue'), meta: { title: 'page.hosts', rights: ['view:rule'] } },
      { path: '/hooks', component: () => import('./pages/HooksPage.vue'), meta: { title: 'page.hooks', rights: ['view:hook'] } },
      { path: '/snapshots', component: () => import('./pages/SnapshotsPage.vue'), meta: { title: 'page.snapshots', rights: ['view:snapshot'], somewhere: true } },
      { path: '/snapshots/plans', component: () => import('./pages/SnapshotPlansPage.vue'), meta: { title: 'page.snapshot_plans', rights: ['view:snapshot'] } },
      { path: '/snapshots/targets', component: () => import('./pages/UploadTargetsPage.vue'), meta: { title: 'page.upload_targets', rights: ['manage:snapshot'] } },
      { path: '/people', component: () => import('./pages/PeoplePage.vue'), meta: { title: 'page.people', rights: ['view:user'], somewhere: true } },
      { path: '/people/roles', component: () => import('./pages/RolesPage.vue'), meta: { title: 'page.roles', rights: ['view:role'], somewhere: true } },
      { path: '/audit', component: () => import('./pages/AuditPage.vue'), meta: { title: 'page.audit', rights: ['view:audit'] } },
      { path: '/server', component: () => import('./pages/ServerPage.vue'), meta: { title: 'page.server', rights: ['view:server', 'operate:token'] } },
      { path: '/server/settings', component: () => import('./pages/SettingsPage.vue'), meta: { title: 'page.settings', rights: ['manage:server'] } },
      { path: '/server/licence', component: () => import('./pages/LicencePage.vue'), meta: { title: 'page.licence', rights: ['view:server'] } },
      { path: '/account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'page.account' } },
      { path: '/:rest(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'page.not_found' } },
    ],
  });

  router.beforeEach(async (to) => {
    const session = useSession();
    if (to.meta.open || session.signedIn) return true;
    // Before anyone has a password there is nothing to sign in with.
    const setup = await getSetup().catch(() => null);
    if (setup?.needed) return { path: '/setup', query: to.query };
    return { path: '/login', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  });

  router.afterEach((to) => {
    document.title = `${i18n.global.t(to.meta.title)} · Viaduct`;
  });

  // Pinia is installed before the router, so the store can be watched from here on.
  watch(
    () => useSession().ended,
    (ended) => {
      const at = router.currentRoute.value;
      if (ended && !at.meta.open) void router.push({ path: '/login', query: { next: at.fullPath } });
    },
  );
  return router;
}

/** A path of our own to return to after signing in; anything else is not followed. */
export function returnPath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
}
