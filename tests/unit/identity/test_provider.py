import pytest

from services.identity.domain.signing_in import ProviderRefused, check_provider_url


class TestProviderAddress:
    @pytest.mark.parametrize("url", ["https://id.example/keys", "http://127.0.0.1:9/keys", "http://localhost/keys"])
    def test_is_secure_or_on_this_machine(self, url: str) -> None:
        assert check_provider_url(url) == url

    @pytest.mark.parametrize("url", ["http://id.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/keys", "x", ""])
    def test_is_refused_otherwise(self, url: str) -> None:
        with pytest.raises(ProviderRefused):
            check_provider_url(url)
