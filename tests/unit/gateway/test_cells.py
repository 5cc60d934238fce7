"""Places are numbers whose order keeps tiles together."""

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.cells import (
    DETAIL,
    PLACE_ZOOM,
    Tile,
    cell_of,
    degrees_of,
    interleave,
    position_in,
    position_of,
)

longitudes = st.floats(-180, 180)
latitudes = st.floats(-85, 85)
positions = st.integers(0, (1 << PLACE_ZOOM) - 1)
zooms = st.integers(0, 22)


class TestPlaces:
    @given(positions, positions)
    def test_hold_column_and_row(self, column: int, row: int) -> None:
        assert position_in(interleave(column, row)) == (column, row)

    @given(longitudes, latitudes)
    def test_lie_within_a_metre_of_where_they_were(self, longitude: float, latitude: float) -> None:
        column, row = position_of(longitude, latitude)

        east, south = degrees_of(column + 0.5, row + 0.5)

        assert abs(east - longitude) < 1e-5
        assert abs(south - latitude) < 1e-5

    def test_beyond_the_pole_lie_at_the_edge(self) -> None:
        assert position_of(180, 90) == ((1 << PLACE_ZOOM) - 1, 0)


class TestTiles:
    @given(positions, positions, zooms)
    def test_hold_exactly_the_places_in_their_range(self, column: int, row: int, zoom: int) -> None:
        shift = PLACE_ZOOM - zoom
        first, after = Tile(zoom, column >> shift, row >> shift).places()

        assert first <= interleave(column, row) < after
        assert after - first == 1 << 2 * shift

    @given(positions, positions, st.integers(0, 13))
    def test_cover_the_cells_of_their_places(self, column: int, row: int, zoom: int) -> None:
        shift = PLACE_ZOOM - zoom
        tile = Tile(zoom, column >> shift, row >> shift)
        first, after = tile.cells(tile.counted_zoom + DETAIL)

        assert first <= cell_of(interleave(column, row), tile.counted_zoom) < after

    def test_near_ones_lie_in_a_cell(self) -> None:
        first, after = Tile(20, 123_456, 234_567).cells(16)

        assert after - first == 1
        assert first == interleave(123_456 >> 4, 234_567 >> 4)

    def test_off_the_map_are_known(self) -> None:
        assert not Tile(3, 8, 0).is_on_the_map
        assert Tile(3, 7, 7).is_on_the_map
