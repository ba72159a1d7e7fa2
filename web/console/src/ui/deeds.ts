/** Actions of the audit log in words: the ones that people do often have names, others are shown as they are. */
import { useI18n } from 'vue-i18n';

const NAMES: Record<string, string> = {
  'sign in': 'sign_in',
  'set up': 'set_up',
  'POST /logout': 'sign_out',
  'POST /me/password': 'own_password',
  'DELETE /me/sessions/{id}': 'own_session_ended',
  'POST /me/second-factor/confirm': 'own_factor_on',
  'POST /me/second-factor/remove': 'own_factor_off',
  'POST /me/keys': 'key_made',
  'DELETE /me/keys/{id}': 'key_deleted',
  'POST /organisations': 'organisation_added',
  'PUT /organisations/{id}': 'organisation_changed',
  'DELETE /organisations/{id}': 'organisation_deleted',
  'POST /roles': 'role_added',
  'PUT /roles/{id}': 'role_changed',
  'DELETE /roles/{id}': 'role_deleted',
  'POST /users': 'user_added',
  'PUT /users/{id}': 'user_changed',
  'DELETE /users/{id}': 'user_deleted',
  'POST /users/{id}/password': 'password_set',
  'DELETE /users/{id}/second-factor': 'factor_off',
  'PUT /users/{id}/provider': 'user_linked',
  'DELETE /users/{id}/provider': 'user_unlinked',
  'DELETE /users/{id}/sessions/{session}': 'session_ended',
  'POST /streams/{app}/{name}/play': 'played',
  'DELETE /streams/{app}/{name}/publisher': 'publisher_cut',
  'DELETE /viewers/{id}': 'viewer_cut',
  'POST /sources': 'source_added',
  'POST /sources/import': 'sources_imported',
  'PUT /sources/{app}/{name}': 'source_changed',
  'DELETE /sources/{app}/{name}': 'source_deleted',
  'POST /probe': 'probed',
  'POST /hosts': 'host_added',
  'PUT /hosts/{name}': 'host_changed',
  'DELETE /hosts/{name}': 'host_deleted',
  'POST /applications': 'rule_added',
  'PUT /applications/{id}': 'rule_changed',
  'DELETE /applications/{id}': 'rule_deleted',
  'POST /relays': 'relay_added',
  'PUT /relays/{id}': 'relay_changed',
  'DELETE /relays/{id}': 'relay_deleted',
  'POST /hooks': 'hook_added',
  'PUT /hooks/{id}': 'hook_changed',
  'DELETE /hooks/{id}': 'hook_deleted',
  'POST /hooks/{id}/secret': 'hook_secret',
  'POST /hooks/{id}/test': 'hook_tested',
  'POST /tokens': 'token_made',
  'POST /config/reload': 'config_reloaded',
};

/** Turns an action into words in the user's language. */
export function useDeedText(): (action: string) => string {
  const { t } = useI18n();
  return (action) => (NAMES[action] ? t(`audit.deed.${NAMES[action]}`) : action);
}
