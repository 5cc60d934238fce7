// The score over time, above the bands of the card; drawn on canvas, so no inline style is needed.
import { init } from "../vendor/echarts.esm.min.js";
import { HUES } from "./colours.js";

const HEIGHT = 150;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DISTRICT = 8 * 60 * MINUTE; // ahead of UTC the whole year: the axis shows the same hours as the list below

export function drawTrend(holder) {
  const { grades, bands } = JSON.parse(holder.dataset.trend);
  const { color: ink, fontFamily } = getComputedStyle(holder);
  const points = grades.map(([at, score]) => [Date.parse(at) + DISTRICT, score]);
  const chart = init(holder, null, { renderer: "canvas", height: HEIGHT });
  chart.setOption({
    animation: false,
    useUTC: true,
    textStyle: { fontFamily },
    grid: { left: 30, right: 12, top: 10, bottom: 24 },
    xAxis: { type: "time", axisLabel: { color: ink, hideOverlap: true, formatter: isLong(points) ? "{MM}-{dd}" : "{HH}:{mm}" }, splitNumber: 4, minInterval: MINUTE, axisLine: { lineStyle: { color: ink } }, splitLine: { show: false } },
    yAxis: { type: "value", min: 0, max: 100, interval: 25, axisLabel: { color: ink }, splitLine: { show: false } },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    series: [{ type: "line", step: "end", symbolSize: 7, lineStyle: { color: ink, width: 2 }, itemStyle: { color: ink }, data: points, markArea: areas(bands) }],
  });
  new ResizeObserver(() => chart.resize()).observe(holder);
}

function isLong(points) {
  const moments = points.map(([at]) => at);
  return Math.max(...moments) - Math.min(...moments) > 2 * DAY;
}

function areas(bands) {
  const data = bands.map((band) => [{ yAxis: band.low, itemStyle: { color: HUES[band.level], opacity: 0.16 } }, { yAxis: band.high }]);
  return { silent: true, data };
}
