import ipaddress

import pytest
from pytest_httpserver import HTTPServer

from services.notifications.destinations import (
    AddressRefusedError,
    is_public,
    require_url,
    resolve,
)
from services.notifications.errors import EndpointUrlInvalid

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
)
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8")
BAD_URLS = (
    *("http://partner.example/", "ftp://partner.example/", "partner.example", "https://"),
    *("https://user:pass@partner.example/", "https://partner.example/#part", "https://[::1"),
    *("https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data"),
    *("https://partner.example:99999/", "https://münchen.example/", "https://a b.example/"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_odd_addresses_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", BAD_URLS)
def test_urls_that_we_must_not_call_are_refused(url: str) -> None:
    with pytest.raises(EndpointUrlInvalid):
        require_url(url, allow_private=False)


def test_a_public_https_url_passes() -> None:
    require_url("https://hooks.partner.example:8443/in?x=1", allow_private=False)


async def test_a_name_of_a_private_address_is_refused_when_it_is_resolved() -> None:
    require_url("https://localhost/", allow_private=False)

    with pytest.raises(AddressRefusedError, match="address_refused"):
        await resolve("https://localhost/", allow_private=False)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
async def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        await resolve(f"https://{host}/", allow_private=False)


async def test_the_connection_goes_to_the_address_that_was_checked(httpserver: HTTPServer) -> None:
    url = f"http://localhost:{httpserver.port}/hook?a=1"

    destination = await resolve(url, allow_private=True)

    assert destination.url.split("/")[2].removesuffix(f":{httpserver.port}") in (
        "127.0.0.1",
        "[::1]",
    )
    assert destination.url.endswith("/hook?a=1")
    assert (destination.host, destination.authority) == (
        "localhost",
        f"localhost:{httpserver.port}",
    )


async def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(AddressRefusedError, match="name_unknown"):
        await resolve("https://nobody.invalid/", allow_private=False)
