/** The player as a component of Vue 3: attributes as props, events with what they tell. `element` of its ref is the element itself. */
import { defineComponent, h, onBeforeUnmount, onMounted, ref, watch, type PropType } from 'vue';
import { createTranslator, defineViaductPlayer } from './index';
import type { Fit, Look, Model, PlayerStats, Projection, RecordingEvent, RenewOffer, Turn, ViaductPlayerElement, ViewSettings } from './index';

defineViaductPlayer();

/** What a boolean attribute is for Vue: there, or not. */
const flag = (isSet: boolean): '' | null => (isSet ? '' : null);

const detail = <T>(event: Event): T => (event as CustomEvent<T>).detail;

export const ViaductPlayer = defineComponent({
  name: 'ViaductPlayer',
  props: {
    /** Fetches what is to be played, now and whenever the permission has run out. */
    offer: { type: Function as PropType<RenewOffer>, required: true },
    /** Which stream that is: another one is opened when this changes. */
    stream: { type: String, required: true },
    /** Which picture it is a form of: while this stays, another stream is changed over to without a gap. */
    picture: { type: String, default: '' },
    /** Begins the names of saved files. */
    name: { type: String, default: 'viaduct' },
    locale: { type: String as PropType<'en' | 'zh-CN'>, default: 'en' },
    controls: { type: Boolean, default: true },
    fit: { type: String as PropType<Fit>, default: 'contain' },
    rotate: { type: Number as PropType<Turn>, default: 0 },
    mirror: { type: Boolean, default: false },
    projection: { type: String as PropType<Projection>, default: 'flat' },
    zoom: { type: String as PropType<'all' | 'pointer' | 'off'>, default: 'all' },
    replay: { type: Boolean, default: false },
    soundGroup: { type: String as PropType<string | null>, default: null },
  },
  emits: {
    state: (_model: Model) => true,
    stats: (_stats: PlayerStats) => true,
    firstframe: () => true,
    viewchange: (_settings: ViewSettings) => true,
    look: (_look: Look) => true,
    recording: (_recording: RecordingEvent) => true,
  },
  setup(props, { emit, expose }) {
    const element = ref<ViaductPlayerElement | null>(null);
    const open = (): void => element.value?.open(props.offer);
    const translate = (): void => {
      if (element.value) element.value.translator = createTranslator(props.locale);
    };
    onMounted(() => {
      translate();
      open();
    });
    onBeforeUnmount(() => element.value?.stop());
    watch([() => props.stream, () => props.picture], (_now, [, before]) => {
      if (before !== '' && before === props.picture) element.value?.change(props.offer);
      else open();
    });
    watch(() => props.locale, translate);
    expose({ element });
    return () =>
      // `^` makes attributes of them: some have the names of properties, too.
      h('viaduct-player', {
        ref: element,
        muted: true,
        '^name': props.name,
        '^controls': flag(props.controls),
        '^fit': props.fit,
        '^rotate': props.rotate,
        '^mirror': flag(props.mirror),
        '^projection': props.projection,
        '^zoom': props.zoom,
        '^replay': flag(props.replay),
        '^sound-group': props.soundGroup,
        onState: (event: Event) => emit('state', detail<Model>(event)),
        onStats: (event: Event) => emit('stats', detail<PlayerStats>(event)),
        onFirstframe: () => emit('firstframe'),
        onViewchange: (event: Event) => emit('viewchange', detail<ViewSettings>(event)),
        onLook: (event: Event) => emit('look', detail<Look>(event)),
        onRecording: (event: Event) => emit('recording', detail<RecordingEvent>(event)),
      });
  },
});
