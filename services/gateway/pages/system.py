"""System health and parked events, for those who keep the platform running."""

from flask import Response, render_template, request, send_file

from services.gateway.pages import own_api
from services.gateway.pages.access import page, public_page
from services.gateway.pages.members import qr_code
from services.gateway.pages.site import site
from shared.errors import NotFound
from shared.http.chassis import chassis
from shared.lan.certificate import CERTIFICATE, fingerprint


@site.get("/system/health")
@page("system:read")
def health() -> str:
    """Draw the state of every service and of the event path."""
    services = own_api.read("system/health")["services"]
    is_well = all(one["state"] == "up" and not one["parked"] for one in services)
    return render_template("system/health.html", tab="health", services=services, is_well=is_well)


@site.get("/system/phone")
@page("system:read")
def phone() -> str:
    """Draw the code that opens this system on a phone of the same network."""
    settings = chassis().settings
    certificate = settings.home / CERTIFICATE
    return render_template(
        "system/phone.html",
        tab="phone",
        address=settings.public_url,
        picture=qr_code(settings.public_url) if settings.public_url else "",
        fingerprint=fingerprint(certificate) if certificate.exists() else "",
    )


@site.get("/certificate")
@public_page
def certificate() -> Response:
    """Give the certificate of the local network, for phones that shall trust it."""
    file = chassis().settings.home / CERTIFICATE
    if not file.exists():
        raise NotFound("Start it with: sise run --lan")
    return send_file(file, mimetype="application/x-x509-ca-cert", as_attachment=True, download_name="sise.crt")


@site.get("/system/parked")
@page("event:operate")
def parked() -> str:
    """Draw the events that could not be handled, newest first."""
    answer = own_api.read("system/parked", {"cursor": request.args.get("cursor", "")})
    return render_template(
        "system/parked.html",
        tab="parked",
        items=answer["items"],
        next_cursor=answer.get("next_cursor"),
        unavailable=answer.get("unavailable", []),
    )


@site.get("/system/divisions")
@page("division:write")
def divisions() -> str:
    """Draw the divisions of the district with their boundaries, which can be loaded here."""
    items = own_api.read("registry/divisions")["items"]
    drawn = sum(1 for one in items if one["boundary_positions"])
    return render_template("system/divisions.html", tab="divisions", items=items, drawn=drawn)
