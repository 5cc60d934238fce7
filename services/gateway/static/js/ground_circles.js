// Circles of so many metres, as polygons that a map can draw.
const METRES_OF_A_DEGREE = 111_195;
const CORNERS = 48;

export function circle([longitude, latitude], metres, properties = {}) {
  const north = metres / METRES_OF_A_DEGREE;
  const east = north / Math.cos((latitude * Math.PI) / 180);
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (2 * Math.PI * (corner % CORNERS)) / CORNERS;
    return [longitude + east * Math.cos(angle), latitude + north * Math.sin(angle)];
  });
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}

export function points(positions) {
  const features = positions.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
  return { type: "FeatureCollection", features };
}
