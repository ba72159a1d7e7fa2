import { createRouter, createWebHistory, type Router } from 'vue-router';
import { watch } from 'vue';
import { getSetup } from './api/session';
import { i18n } from './i18n';
import { useSession } from './stores/session';

declare module 'vue-router' {
  interface RouteMeta {
    /** Reachable without signing in, and shown without the frame. */
    open?: boolean;
    /** Key of the page's name. */
    title: string;
    /** The page fills the window and scrolls inside. */
    full?: boolean;
  }
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', redirect: '/wall' },
      { path: '/setup', component: () => import('./pages/SetupPage.vue'), meta: { open: true, title: 'page.setup' } },
      { path: '/login', component: () => import('./pages/LoginPage.vue'), meta: { open: true, title: 'page.login' } },
      { path: '/wall', component: () => import('./pages/WallPage.vue'), meta: { title: 'page.wall', full: true } },
      { path: '/streams', component: () => import('./pages/StreamsPage.vue'), meta: { title: 'page.streams' } },
      {
        // With the virtual host where that is not the default one, as keys of streams are written.
        path: '/streams/:vhost?/:app/:name',
        component: () => import('./pages/StreamPage.vue'),
        props: true,
        meta: { title: 'page.stream' },
      },
      { path: '/sources', component: () => import('./pages/SourcesPage.vue'), meta: { title: 'page.sources' } },
      { path: '/relays', component: () => import('./pages/RelaysPage.vue'), meta: { title: 'page.relays' } },
      { path: '/sessions', component: () => import('./pages/SessionsPage.vue'), meta: { title: 'page.sessions' } },
      {
        path: '/applications',
        component: () => import('./pages/ApplicationsPage.vue'),
        meta: { title: 'page.applications' },
      },
      { path: '/hosts', component: () => import('./pages/HostsPage.vue'), meta: { title: 'page.hosts' } },
      { path: '/hooks', component: () => import('./pages/HooksPage.vue'), meta: { title: 'page.hooks' } },
      { path: '/people', component: () => import('./pages/PeoplePage.vue'), meta: { title: 'page.people' } },
      { path: '/people/roles', component: () => import('./pages/RolesPage.vue'), meta: { title: 'page.roles' } },
      { path: '/audit', component: () => import('./pages/AuditPage.vue'), meta: { title: 'page.audit' } },
      { path: '/server', component: () => import('./pages/ServerPage.vue'), meta: { title: 'page.server' } },
      { path: '/:rest(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'page.not_found' } },
    ],
  });

  router.beforeEach(async (to) => {
    const session = useSession();
    if (to.meta.open || session.signedIn) return true;
    // Before anyone has a password there is nothing to sign in with.
    const setup = await getSetup().catch(() => null);
    if (setup?.needed) return { path: '/setup', query: to.query };
    return { path: '/login', query: to.fullPath === '/wall' ? {} : { next: to.fullPath } };
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
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/wall';
}
