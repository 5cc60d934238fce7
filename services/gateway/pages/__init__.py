"""The pages of the platform: server-drawn, Chinese first, English second."""

from flask import Flask

from services.gateway.pages import (
    account,
    administration,
    agencies,
    assessing,
    audit,
    campaigns,
    certificates,
    checklists,
    choices,
    claims,
    cockpit,
    commitments,
    declarations,
    documents,
    draws,
    duplicates,
    enterprises,
    faults,
    governing,
    grids,
    hazards,
    history,
    imports,
    intermediaries,
    joint_checks,
    members,
    obligations,
    permit_board,
    permit_details,
    permit_papers,
    permits,
    phone,
    places,
    plans,
    ranking,
    reports,
    sign_in,
    signing,
    stop_orders,
    surveys,
    system,
    tasks,
    transfers,
    visit_reviews,
    visits,
    work_places,
)
from services.gateway.pages.faults import register_faults
from services.gateway.pages.language import register_languages
from services.gateway.pages.shell import register_shell
from services.gateway.pages.site import site

__all__ = ["register"]
PAGES = (
    account,
    administration,
    agencies,
    assessing,
    audit,
    checklists,
    declarations,
    stop_orders,
    claims,
    members,
    obligations,
    choices,
    campaigns,
    certificates,
    cockpit,
    commitments,
    draws,
    documents,
    duplicates,
    enterprises,
    faults,
    governing,
    grids,
    hazards,
    history,
    imports,
    intermediaries,
    joint_checks,
    permit_board,
    permit_details,
    permit_papers,
    permits,
    phone,
    places,
    plans,
    ranking,
    reports,
    sign_in,
    signing,
    surveys,
    system,
    tasks,
    visit_reviews,
    visits,
    transfers,
    work_places,
)


def register(app: Flask) -> None:
    """Add all pages, their languages and their static files to ``app``."""
    register_languages(app)
    register_shell(app)
    register_faults(app)
    app.register_blueprint(site)
