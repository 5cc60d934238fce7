// What lies below the four colours: a base map when one is set, else a graticule; borders of divisions and grids.
const NOTHING = { type: "FeatureCollection", features: [] };
const INK = "#5f7c99"; // reads on light, on dark and on a street map
const COUNTY = 3;
const GRIDS_FROM = 12.5;

export function groundStyle({ layers }) {
  if (!layers) return { version: 8, sources: { graticule: graticule() }, layers: [graticuleLayer()] };
  const style = { version: 8, sources: {}, layers: [] };
  for (let layer = 0; layer < layers; layer += 1) {
    const id = `base-${layer}`;
    const tiles = [`${window.location.origin}/api/v1/map/base/${layer}/{z}/{x}/{y}`];
    style.sources[id] = { type: "raster", tiles, tileSize: 256, maxzoom: 18 };
    style.layers.push({ id, type: "raster", source: id, paint: { "raster-saturation": -0.5, "raster-opacity": 0.85 } });
  }
  return style;
}

export function installBorders(libre) {
  const isCounty = ["<=", ["coalesce", ["get", "level"], 9], COUNTY];
  libre.addSource("divisions", { type: "geojson", data: NOTHING });
  libre.addSource("grids", { type: "geojson", data: NOTHING });
  libre.addLayer({ id: "divisions-fill", type: "fill", source: "divisions", filter: isCounty, paint: { "fill-color": INK, "fill-opacity": 0.06 } });
  libre.addLayer({
    id: "grids",
    type: "line",
    source: "grids",
    minzoom: GRIDS_FROM,
    paint: { "line-color": INK, "line-width": 1, "line-opacity": 0.7, "line-dasharray": [3, 2] },
  });
  libre.addLayer({
    id: "divisions",
    type: "line",
    source: "divisions",
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": INK, "line-width": ["case", isCounty, 2.4, 1.3], "line-opacity": ["case", isCounty, 0.95, 0.75] },
  });
}

function graticule() {
  const lines = [];
  for (let step = 0; step <= 80; step += 1) {
    const longitude = 119.5 + step * 0.05;
    const latitude = 26.7 + step * 0.05;
    lines.push([[longitude, 26.5], [longitude, 30.9]], [[119.3, latitude], [123.7, latitude]]);
  }
  return { type: "geojson", data: { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } } };
}

function graticuleLayer() {
  return { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#8796a5", "line-opacity": 0.22, "line-width": 1 } };
}
