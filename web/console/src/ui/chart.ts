import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue';

echarts.use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

const INK = '#8b9db1';
const text = { color: INK, fontSize: 11 };
const axis = { axisLabel: text, axisLine: { lineStyle: { color: '#1f2d3d' } }, splitLine: { lineStyle: { color: '#172231' } } };

export const TOOLTIP = { trigger: 'axis', backgroundColor: '#16212f', borderColor: '#33475c', textStyle: { color: '#dfe8f2', fontSize: 12 } };
/** Its component is brought by the chart that has one. */
export const LEGEND = { top: 6, textStyle: text, itemHeight: 8 };
/** The filled first curve; the others are lines only. */
export const FILLED = { color: '#35c2d6', areaStyle: { color: 'rgba(53,194,214,0.14)' } };

export const timeAxis = (formatter: string) =>
  ({ type: 'time', ...axis, splitLine: { show: false }, axisLabel: { ...text, formatter, hideOverlap: true } }) as const;

/** An axis at the left, or with `right` the second one, whose name ends at the edge. */
export const valueAxis = (name: string, side: 'left' | 'right' = 'left') =>
  ({ type: 'value', name, splitNumber: 4, min: 0, ...axis, nameTextStyle: { ...text, align: side }, splitLine: { ...axis.splitLine, show: side === 'left' } }) as const;

export type Point = [at_ms: number, value: number];

export const curve = (name: string, data: Point[], look: object) =>
  ({ type: 'line', showSymbol: false, lineStyle: { width: 1.5 }, name, data, ...look }) as const;

/** Keeps a chart in `box`, drawn anew when what `option` reads changes, and as large as the box. */
export function useChart(box: Ref<HTMLElement | null>, option: () => object): void {
  let chart: echarts.ECharts | null = null;
  let observer: ResizeObserver | null = null;

  const draw = (): void => void chart?.setOption({ animation: false, ...option() });
  onMounted(() => {
    if (!box.value) return;
    chart = echarts.init(box.value);
    observer = new ResizeObserver(() => chart?.resize());
    observer.observe(box.value);
    draw();
  });
  watch(option, draw);
  onBeforeUnmount(() => {
    observer?.disconnect();
    chart?.dispose();
  });
}
