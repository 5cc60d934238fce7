from pathlib import Path

from benchmarks.profiles import summary


class TestSummary:
    def test_ranks_what_ran_alone_and_with_what_it_called(self, tmp_path: Path) -> None:
        samples = tmp_path / "profile.txt"
        samples.write_text("main (a.py:1);copy (b.py:2) 3\nmain (a.py:1) 1\n")

        assert summary(samples).splitlines() == [
            *("alone", " 75.0 %  copy (b.py:2)", " 25.0 %  main (a.py:1)"),
            *("with what it calls", "100.0 %  main (a.py:1)", " 75.0 %  copy (b.py:2)"),
        ]

    def test_passes_over_what_is_no_sample(self, tmp_path: Path) -> None:
        samples = tmp_path / "profile.txt"
        samples.write_text("main (a.py:1);Return the bytes\nof this type.\n\n (c.py:3) 2\nmain (a.py:1) 4\n")

        assert "100.0 %  main (a.py:1)" in summary(samples)
