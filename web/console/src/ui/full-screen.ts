import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/**
 * Full screen of the whole document, never of a part of it: dialogs are attached to the body and would not be seen
 * beside a part. What then is left away follows `on`. A picture that fills the screen by itself is something else.
 */
export function useFullScreen(): { on: Ref<boolean>; toggle(): Promise<void> } {
  const on = ref(false);
  const look = (): void => void (on.value = document.fullscreenElement === document.documentElement);
  onMounted(() => {
    look();
    document.addEventListener('fullscreenchange', look);
  });
  onBeforeUnmount(() => document.removeEventListener('fullscreenchange', look));
  return {
    on,
    async toggle() {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    },
  };
}
