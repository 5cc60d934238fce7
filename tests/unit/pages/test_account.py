import pytest

from services.gateway.pages.account import device_of

ENGINE = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) {}"


class TestDevice:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            (ENGINE.format("Windows NT 10.0; Win64; x64", "Chrome/131.0 Safari/537.36 Edg/131.0"), "Edge · Windows"),
            (ENGINE.format("Linux; Android 14", "Chrome/131.0 Mobile Safari/537.36"), "Chrome · Android"),
            (ENGINE.format("Linux; Android 14", "Chrome/131.0 MicroMessenger/8.0"), "WeChat · Android"),
            (ENGINE.format("iPhone; CPU iPhone OS 18_0 like Mac OS X", "Version/18.0 Safari/604.1"), "Safari · iOS"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Linux"),
            ("python-requests/2.32", "python-requests"),
            ("", ""),
        ],
    )
    def test_is_named_by_program_and_system(self, text: str, name: str) -> None:
        assert device_of(text) == name
