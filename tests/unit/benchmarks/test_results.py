"""A missed target must be called missed, and survive the way from the measuring process to the document."""

from benchmarks.results import Profile, Report, Verdict, document


class TestReport:
    def test_calls_a_value_below_a_lower_limit_missed(self) -> None:
        report = Report("P2")
        report.at_least("events", 11_999, 12_000, unit="/s")
        assert report.rows[0].verdict is Verdict.MISSED

    def test_calls_a_value_at_an_upper_limit_met(self) -> None:
        report = Report("P1")
        report.at_most("import", 60, 60, unit=" s")
        assert report.rows[0].verdict is Verdict.MET

    def test_is_the_same_after_the_way_through_json(self) -> None:
        report = Report("P3", notes=["a note"], profiles=[Profile("relay", "100 %")])
        report.failed("no broker")
        assert Report.from_json(report.to_json()) == report

    def test_prints_what_could_not_be_measured(self) -> None:
        report = Report("P9")
        report.failed("start of the embedded system: stopped after 5 minutes")
        assert "stopped after 5 minutes |  |  | **not measured** |" in document([report], machine=[])
